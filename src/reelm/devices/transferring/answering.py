"""What is said to a name server that asks for a zone? The zone, whole, to whoever has its organisation's key. Pure.

AXFR is RFC 5936, TSIG RFC 8945, NOTIFY RFC 1996. An IXFR is answered with all of the zone, which RFC 1995, 4, allows.
Whatever is not signed by a key of the organisation is refused, also to hear whether there is such a zone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
from dns.message import Message, QueryMessage
from dns.name import Name
from dns.rcode import Rcode
from dns.rdtypes.ANY.SOA import SOA
from dns.rrset import RRset

from reelm.devices.transferring.model import ALGORITHM, Zone, ZoneKey

# Each set is far below a kilobyte, so that a message stays far below the 64 KiB that it may have.
AT_ONCE = 100
_WHOLE = frozenset({dns.rdatatype.AXFR, dns.rdatatype.IXFR})


def answer(
    data: bytes, keys: Mapping[Name, ZoneKey], zones: Mapping[Name, Zone], *, streamed: bool
) -> Iterable[bytes]:
    """The messages to send back, in order; none to what is no question. `streamed`: it came over TCP."""
    ring = {name: dns.tsig.Key(name, key.secret, ALGORITHM) for name, key in keys.items()}
    try:
        asked = dns.message.from_wire(data, keyring=ring)
    except (dns.tsig.BadSignature, dns.tsig.BadTime, dns.tsig.BadAlgorithm, dns.message.UnknownTSIGKey):
        return _refuse(data, dns.rcode.NOTAUTH)
    except (dns.exception.DNSException, ValueError):
        return ()
    if asked.flags & dns.flags.QR or len(asked.question) != 1:
        return ()
    if not isinstance(asked, QueryMessage) or asked.opcode() != dns.opcode.QUERY or asked.keyname is None:
        return _refuse(data, dns.rcode.REFUSED)
    zone, key = zones.get(asked.question[0].name), keys[asked.keyname]
    if zone is None or zone.organisation != key.organisation:
        return [_respond(asked, dns.rcode.NOTAUTH).to_wire()]
    return _answer_for(zone, asked, streamed=streamed)


def _answer_for(zone: Zone, asked: QueryMessage, *, streamed: bool) -> Iterable[bytes]:
    """To somebody who may have the zone: the head of it, or all of it."""
    kind = asked.question[0].rdtype
    if kind == dns.rdatatype.SOA or (kind == dns.rdatatype.IXFR and (not streamed or _is_current(asked, zone))):
        return [_respond(asked, dns.rcode.NOERROR, [_soa(zone)]).to_wire()]
    if kind in _WHOLE and streamed:
        return _transfer(asked, zone)
    return [_respond(asked, dns.rcode.REFUSED).to_wire()]


def make_notice(zone: Zone) -> bytes:
    """A NOTIFY: the zone has this serial now. It is not signed; whoever hears it asks, and that is."""
    notice = dns.message.make_query(zone.name, dns.rdatatype.SOA)
    notice.set_opcode(dns.opcode.NOTIFY)
    notice.flags = (notice.flags | dns.flags.AA) & ~dns.flags.RD
    notice.answer.append(_soa(zone))
    return notice.to_wire()


def _refuse(data: bytes, code: Rcode) -> list[bytes]:
    """Without reading more of a message than its question."""
    try:
        asked = dns.message.from_wire(data, question_only=True)
        return [_respond(asked, code).to_wire()]
    except (dns.exception.DNSException, ValueError):
        return []


def _respond(asked: Message, code: Rcode, answers: Iterable[RRset] = ()) -> Message:
    response = dns.message.make_response(asked)
    response.set_rcode(code)
    if code == dns.rcode.NOERROR:
        response.flags |= dns.flags.AA
    response.answer.extend(answers)
    return response


def _transfer(asked: QueryMessage, zone: Zone) -> Iterator[bytes]:
    """The zone, from its SOA to its SOA again, over as many messages as it takes."""
    sets = [_soa(zone), *_list_others(zone), _soa(zone)]
    context = None
    for first in range(0, len(sets), AT_ONCE):
        response = _respond(asked, dns.rcode.NOERROR, sets[first : first + AT_ONCE])
        yield response.to_wire(max_size=65535, multi=True, tsig_ctx=context)
        context = response.tsig_ctx


def _list_others(zone: Zone) -> Iterator[RRset]:
    for name, data in zone.records.iterate_rdatasets():
        if data.rdtype != dns.rdatatype.SOA:
            yield dns.rrset.from_rdata_list(name, data.ttl, list(data))


def _soa(zone: Zone) -> RRset:
    data = zone.records.find_rdataset(zone.name, dns.rdatatype.SOA)
    return dns.rrset.from_rdata_list(zone.name, data.ttl, list(data))


def _is_current(asked: QueryMessage, zone: Zone) -> bool:
    """Whether whoever asks for what has changed has it already."""
    known = [cast("SOA", one[0]).serial for one in asked.authority if one.rdtype == dns.rdatatype.SOA]
    return known == [zone.serial]
