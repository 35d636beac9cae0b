"""The directory's side of SCIM 2.0 (RFC 7643, 7644): its resources, filters and patches, as plain data. Pure."""
