-- Made from the tables in src/reelm/*/tables.py. Jobs live in tables of Procrastinate beside these.

CREATE TABLE access_requests (
    id UUID NOT NULL,
    subject_id UUID,
    asked_by UUID,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_entry TEXT,
    reason TEXT NOT NULL,
    classes TEXT[] NOT NULL,
    minutes INTEGER NOT NULL,
    break_glass BOOLEAN NOT NULL,
    probe BOOLEAN DEFAULT false NOT NULL,
    state TEXT NOT NULL,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_entry TEXT,
    session_id UUID,
    opened_at TIMESTAMP WITH TIME ZONE,
    opened_entry TEXT,
    ends_at TIMESTAMP WITH TIME ZONE,
    ended_by UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_entry TEXT,
    end_cause TEXT,
    review_by TIMESTAMP WITH TIME ZONE,
    reviewed_by UUID,
    reviewed_at TIMESTAMP WITH TIME ZONE,
    reviewed_entry TEXT,
    finding TEXT,
    overdue_entry TEXT,
    CONSTRAINT pk_access_requests PRIMARY KEY (id)
);

CREATE INDEX ix_access_requests_state ON access_requests (state);

CREATE INDEX ix_access_requests_subject_id ON access_requests (subject_id);

CREATE TABLE accounts (
    id UUID NOT NULL,
    handle TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL,
    avatar_key TEXT,
    email TEXT,
    birth_date DATE NOT NULL,
    country TEXT NOT NULL,
    region TEXT,
    locale TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    frozen_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT uq_accounts_handle UNIQUE (handle)
);

CREATE TABLE awaited_handles (
    handle TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_awaited_handles PRIMARY KEY (handle)
);

CREATE TABLE canary_probes (
    day DATE NOT NULL,
    realm TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    expected INTEGER NOT NULL,
    found INTEGER NOT NULL,
    missing TEXT[] NOT NULL,
    CONSTRAINT pk_canary_probes PRIMARY KEY (day, realm)
);

CREATE TABLE gateway_copies (
    object_id UUID NOT NULL,
    realm TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_gateway_copies PRIMARY KEY (object_id, realm)
);

CREATE TABLE gateway_faults (
    realm TEXT NOT NULL,
    fault TEXT NOT NULL,
    about TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_gateway_faults PRIMARY KEY (realm, fault, about)
);

CREATE TABLE gateway_logs (
    realm TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    proven BIGINT DEFAULT '0' NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_gateway_logs PRIMARY KEY (realm)
);

CREATE TABLE gateway_meters (
    realm TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    metered BIGINT NOT NULL,
    exchanges BIGINT NOT NULL,
    excused BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    CONSTRAINT pk_gateway_meters PRIMARY KEY (realm)
);

CREATE TABLE gateway_peers (
    realm TEXT NOT NULL,
    sent_seq BIGINT DEFAULT '0' NOT NULL,
    acked_seq BIGINT DEFAULT '0' NOT NULL,
    next_in BIGINT DEFAULT '1' NOT NULL,
    last_entry BIGINT DEFAULT '-1' NOT NULL,
    contact_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_gateway_peers PRIMARY KEY (realm)
);

CREATE TABLE gateway_revocations (
    object_id UUID NOT NULL,
    realm TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_gateway_revocations PRIMARY KEY (object_id, realm)
);

CREATE TABLE gateway_unproven (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    realm TEXT NOT NULL,
    entry BIGINT NOT NULL,
    message TEXT NOT NULL,
    content TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_gateway_unproven PRIMARY KEY (id)
);

CREATE INDEX ix_gateway_unproven_realm ON gateway_unproven (realm, id);

CREATE TABLE heard_tokens (
    issuer TEXT NOT NULL,
    jti TEXT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_heard_tokens PRIMARY KEY (issuer, jti)
);

CREATE INDEX ix_heard_tokens_until ON heard_tokens (until);

CREATE TABLE incidents (
    id UUID NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    keep_until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_incidents PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_incidents_year ON incidents (year, number);

CREATE TABLE ledger_counts (
    day DATE NOT NULL,
    kind TEXT NOT NULL,
    entries BIGINT NOT NULL,
    CONSTRAINT pk_ledger_counts PRIMARY KEY (day, kind)
);

CREATE TABLE ledger_entries (
    queue_no BIGINT GENERATED ALWAYS AS IDENTITY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_id UUID,
    subject_id UUID,
    body BYTEA NOT NULL,
    log_index BIGINT,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (queue_no),
    CONSTRAINT uq_ledger_entries_id UNIQUE (id),
    CONSTRAINT uq_ledger_entries_log_index UNIQUE (log_index)
);

CREATE INDEX ix_ledger_entries_actor_id ON ledger_entries (actor_id, queue_no) WHERE actor_id IS NOT NULL;

CREATE INDEX ix_ledger_entries_queued ON ledger_entries (queue_no) WHERE log_index IS NULL;

CREATE INDEX ix_ledger_entries_subject_id ON ledger_entries (subject_id, queue_no) WHERE subject_id IS NOT NULL;

CREATE TABLE ledger_log (
    one INTEGER DEFAULT 1 NOT NULL,
    origin TEXT NOT NULL,
    vkey TEXT NOT NULL,
    size BIGINT NOT NULL,
    published_size BIGINT NOT NULL,
    published_root BYTEA NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_ledger_log PRIMARY KEY (one)
);

CREATE TABLE ledger_register (
    day DATE NOT NULL,
    direction TEXT NOT NULL,
    sender TEXT NOT NULL,
    receiver TEXT NOT NULL,
    message TEXT NOT NULL,
    purpose TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    classes TEXT NOT NULL,
    assessment TEXT NOT NULL,
    agreement TEXT NOT NULL,
    policy TEXT NOT NULL,
    rule TEXT NOT NULL,
    messages BIGINT NOT NULL,
    fields BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    epsilon_micro BIGINT NOT NULL,
    CONSTRAINT pk_ledger_register PRIMARY KEY (day, direction, sender, receiver, message, purpose, legal_basis, classes, assessment, agreement, policy, rule)
);

CREATE TABLE ledger_writers (
    writer TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    CONSTRAINT pk_ledger_writers PRIMARY KEY (writer)
);

CREATE TABLE legal_holds (
    id UUID NOT NULL,
    "case" TEXT NOT NULL,
    reason TEXT NOT NULL,
    classes TEXT[] NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_legal_holds PRIMARY KEY (id)
);

CREATE TABLE moved_names (
    name BYTEA NOT NULL,
    realm TEXT NOT NULL,
    CONSTRAINT pk_moved_names PRIMARY KEY (name)
);

CREATE TABLE organisations (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    domain TEXT NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    passkeys_only BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_organisations PRIMARY KEY (id),
    CONSTRAINT uq_organisations_code UNIQUE (code)
);

CREATE TABLE person_keys (
    person_id UUID NOT NULL,
    key BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_person_keys PRIMARY KEY (person_id)
);

CREATE TABLE rate_limits (
    key BYTEA NOT NULL,
    hits INTEGER NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rate_limits PRIMARY KEY (key)
);

CREATE TABLE realm_maps (
    digest TEXT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    noted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    places JSONB NOT NULL,
    entry TEXT NOT NULL,
    CONSTRAINT pk_realm_maps PRIMARY KEY (digest, effective_at)
);

CREATE TABLE releases (
    day DATE NOT NULL,
    realm TEXT NOT NULL,
    epsilon_micro BIGINT NOT NULL,
    CONSTRAINT pk_releases PRIMARY KEY (day, realm)
);

CREATE TABLE retention_nights (
    day DATE NOT NULL,
    table_name TEXT NOT NULL,
    deleted INTEGER NOT NULL,
    held INTEGER NOT NULL,
    left_over INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_retention_nights PRIMARY KEY (day, table_name)
);

CREATE TABLE sealed_requests (
    id TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    content JSONB NOT NULL,
    opens_by DATE NOT NULL,
    sealed_entry TEXT NOT NULL,
    opened_entry TEXT,
    CONSTRAINT pk_sealed_requests PRIMARY KEY (id)
);

CREATE TABLE suspension_changes (
    id SERIAL NOT NULL,
    number BIGINT NOT NULL,
    CONSTRAINT pk_suspension_changes PRIMARY KEY (id)
);

CREATE TABLE access_reads (
    id UUID NOT NULL,
    request_id UUID NOT NULL,
    entry_id TEXT NOT NULL,
    collection TEXT NOT NULL,
    classes TEXT[] NOT NULL,
    fields INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_access_reads PRIMARY KEY (id),
    CONSTRAINT fk_access_reads_request_id FOREIGN KEY(request_id) REFERENCES access_requests (id) ON DELETE CASCADE,
    CONSTRAINT uq_access_reads_entry_id UNIQUE (entry_id)
);

CREATE INDEX ix_access_reads_request_id ON access_reads (request_id);

CREATE TABLE assets (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    upload_id UUID NOT NULL,
    state TEXT NOT NULL,
    problem TEXT,
    problem_facts JSONB,
    attempts INTEGER NOT NULL,
    cover_at_ms INTEGER,
    duration_ms INTEGER,
    width INTEGER,
    height INTEGER,
    poster_key TEXT,
    placeholder BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_assets PRIMARY KEY (id),
    CONSTRAINT fk_assets_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT uq_assets_upload_id UNIQUE (upload_id)
);

CREATE INDEX ix_assets_account_id ON assets (account_id);

CREATE INDEX ix_assets_unfinished ON assets (id) WHERE finished_at IS NULL;

CREATE TABLE canaries (
    account_id UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_canaries PRIMARY KEY (account_id),
    CONSTRAINT fk_canaries_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE clips (
    id UUID NOT NULL,
    account_id UUID,
    realm TEXT,
    CONSTRAINT pk_clips PRIMARY KEY (id),
    CONSTRAINT ck_clips_ours_or_abroad CHECK ((account_id IS NULL) <> (realm IS NULL)),
    CONSTRAINT fk_clips_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_clips_account_id ON clips (account_id);

CREATE TABLE directory_groups (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    code TEXT NOT NULL,
    display_name TEXT NOT NULL,
    external_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_directory_groups PRIMARY KEY (id),
    CONSTRAINT uq_directory_groups_organisation_id_code UNIQUE (organisation_id, code),
    CONSTRAINT fk_directory_groups_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE
);

CREATE TABLE directory_people (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    user_name TEXT NOT NULL,
    display_name TEXT,
    email TEXT,
    locale TEXT NOT NULL,
    external_id TEXT,
    active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_directory_people PRIMARY KEY (id),
    CONSTRAINT uq_directory_people_organisation_id_user_name UNIQUE (organisation_id, user_name),
    CONSTRAINT fk_directory_people_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE
);

CREATE TABLE feed_choices (
    account_id UUID NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_feed_choices PRIMARY KEY (account_id, kind, value),
    CONSTRAINT fk_feed_choices_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE feed_people (
    account_id UUID NOT NULL,
    pseudonym UUID,
    mode TEXT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_feed_people PRIMARY KEY (account_id),
    CONSTRAINT uq_feed_people_pseudonym UNIQUE (pseudonym),
    CONSTRAINT ck_feed_people_mode CHECK (mode IN ('for-you', 'plain')),
    CONSTRAINT fk_feed_people_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE gateway_outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    realm TEXT NOT NULL,
    kind TEXT NOT NULL,
    fields JSONB NOT NULL,
    account_id UUID,
    minor BOOLEAN NOT NULL,
    told BOOLEAN NOT NULL,
    people INTEGER NOT NULL,
    epsilon_micro BIGINT,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seq BIGINT,
    entry TEXT,
    salt TEXT,
    CONSTRAINT pk_gateway_outbox PRIMARY KEY (id),
    CONSTRAINT fk_gateway_outbox_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_gateway_outbox_account_id ON gateway_outbox (account_id);

CREATE UNIQUE INDEX ix_gateway_outbox_numbered ON gateway_outbox (realm, seq) WHERE seq IS NOT NULL;

CREATE INDEX ix_gateway_outbox_unnumbered ON gateway_outbox (realm, id) WHERE seq IS NULL;

CREATE TABLE incident_steps (
    incident_id UUID NOT NULL,
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    law TEXT,
    facts JSONB,
    CONSTRAINT pk_incident_steps PRIMARY KEY (incident_id, number),
    CONSTRAINT fk_incident_steps_incident_id FOREIGN KEY(incident_id) REFERENCES incidents (id) ON DELETE CASCADE
);

CREATE TABLE legal_hold_people (
    hold_id UUID NOT NULL,
    account_id UUID NOT NULL,
    CONSTRAINT pk_legal_hold_people PRIMARY KEY (hold_id, account_id),
    CONSTRAINT fk_legal_hold_people_hold_id FOREIGN KEY(hold_id) REFERENCES legal_holds (id) ON DELETE CASCADE,
    CONSTRAINT fk_legal_hold_people_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_legal_hold_people_account_id ON legal_hold_people (account_id);

CREATE TABLE moves (
    id UUID NOT NULL,
    side TEXT NOT NULL,
    account_id UUID,
    realm TEXT NOT NULL,
    step TEXT NOT NULL,
    handle TEXT NOT NULL,
    country TEXT NOT NULL,
    region TEXT,
    parts INTEGER NOT NULL,
    parts_done INTEGER NOT NULL,
    own_parts INTEGER NOT NULL,
    digest TEXT NOT NULL,
    told JSONB NOT NULL,
    problem TEXT,
    left_entry TEXT,
    arrived_entry TEXT,
    left_index BIGINT,
    arrived_index BIGINT,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    step_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_moves PRIMARY KEY (id),
    CONSTRAINT fk_moves_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_moves_account_id ON moves (account_id);

CREATE TABLE organisation_keys (
    thumbprint TEXT NOT NULL,
    organisation_id UUID NOT NULL,
    jwk BYTEA NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    added_entry TEXT,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_entry TEXT,
    CONSTRAINT pk_organisation_keys PRIMARY KEY (thumbprint),
    CONSTRAINT fk_organisation_keys_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE
);

CREATE INDEX ix_organisation_keys_organisation_id ON organisation_keys (organisation_id);

CREATE TABLE organisation_proofs (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    "of" TEXT NOT NULL,
    value TEXT NOT NULL,
    token TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE,
    proven_at TIMESTAMP WITH TIME ZONE,
    missed_at TIMESTAMP WITH TIME ZONE,
    lost_at TIMESTAMP WITH TIME ZONE,
    entry TEXT,
    CONSTRAINT pk_organisation_proofs PRIMARY KEY (id),
    CONSTRAINT uq_organisation_proofs_organisation_id_of_value UNIQUE (organisation_id, "of", value),
    CONSTRAINT fk_organisation_proofs_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE
);

CREATE TABLE organisation_staff (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    account_id UUID NOT NULL,
    roles TEXT[] NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_organisation_staff PRIMARY KEY (id),
    CONSTRAINT uq_organisation_staff_organisation_id_account_id UNIQUE (organisation_id, account_id),
    CONSTRAINT fk_organisation_staff_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT fk_organisation_staff_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_organisation_staff_account_id ON organisation_staff (account_id);

CREATE TABLE organisation_tokens (
    token_hash BYTEA NOT NULL,
    organisation_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_organisation_tokens PRIMARY KEY (token_hash),
    CONSTRAINT fk_organisation_tokens_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE
);

CREATE INDEX ix_organisation_tokens_organisation_id ON organisation_tokens (organisation_id);

CREATE TABLE passkey_challenges (
    digest BYTEA NOT NULL,
    account_id UUID,
    user_handle BYTEA,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_passkey_challenges PRIMARY KEY (digest),
    CONSTRAINT fk_passkey_challenges_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_passkey_challenges_account_id ON passkey_challenges (account_id);

CREATE TABLE passkeys (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    credential_id BYTEA NOT NULL,
    user_handle BYTEA NOT NULL,
    credential BYTEA NOT NULL,
    uses BIGINT NOT NULL,
    name TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_passkeys PRIMARY KEY (id),
    CONSTRAINT fk_passkeys_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id)
);

CREATE INDEX ix_passkeys_account_id ON passkeys (account_id);

CREATE TABLE people (
    id UUID NOT NULL,
    account_id UUID,
    realm TEXT,
    CONSTRAINT pk_people PRIMARY KEY (id),
    CONSTRAINT ck_people_ours_or_abroad CHECK ((account_id IS NULL) <> (realm IS NULL)),
    CONSTRAINT fk_people_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_people_account_id ON people (account_id);

CREATE TABLE rights_requests (
    id UUID NOT NULL,
    account_id UUID,
    "right" TEXT NOT NULL,
    law TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_law TIMESTAMP WITH TIME ZONE NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    problem TEXT,
    told JSONB NOT NULL,
    CONSTRAINT pk_rights_requests PRIMARY KEY (id),
    CONSTRAINT fk_rights_requests_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_rights_requests_account_id ON rights_requests (account_id);

CREATE UNIQUE INDEX ix_rights_requests_open ON rights_requests (account_id, "right") WHERE state IN ('asked', 'waiting', 'working');

CREATE TABLE signal_issuers (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    issuer TEXT NOT NULL,
    jwks BYTEA NOT NULL,
    method TEXT NOT NULL,
    token_hash BYTEA,
    endpoint TEXT,
    poll_token TEXT,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    heard_at TIMESTAMP WITH TIME ZONE,
    verified_at TIMESTAMP WITH TIME ZONE,
    verified_state TEXT,
    stream_status TEXT,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    failures INTEGER NOT NULL,
    fault TEXT,
    CONSTRAINT pk_signal_issuers PRIMARY KEY (id),
    CONSTRAINT uq_signal_issuers_organisation_id_issuer UNIQUE (organisation_id, issuer),
    CONSTRAINT fk_signal_issuers_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT uq_signal_issuers_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_signal_issuers_next_at ON signal_issuers (next_at);

CREATE TABLE signal_receivers (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    audience TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_signal_receivers PRIMARY KEY (id),
    CONSTRAINT uq_signal_receivers_organisation_id_audience UNIQUE (organisation_id, audience),
    CONSTRAINT fk_signal_receivers_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT uq_signal_receivers_token_hash UNIQUE (token_hash)
);

CREATE TABLE suspension_decisions (
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    organisation_id UUID NOT NULL,
    digest TEXT NOT NULL,
    document BYTEA NOT NULL,
    filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE,
    asked_entry TEXT,
    published_at TIMESTAMP WITH TIME ZONE,
    published_entry TEXT,
    replaced_at TIMESTAMP WITH TIME ZONE,
    lifted_at TIMESTAMP WITH TIME ZONE,
    lifted_entry TEXT,
    lifted_because TEXT,
    lapsed_at TIMESTAMP WITH TIME ZONE,
    lapsed_entry TEXT,
    CONSTRAINT pk_suspension_decisions PRIMARY KEY (id, version),
    CONSTRAINT fk_suspension_decisions_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT uq_suspension_decisions_digest UNIQUE (digest)
);

CREATE INDEX ix_suspension_decisions_organisation_id ON suspension_decisions (organisation_id);

CREATE TABLE uploads (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    state TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    offset_bytes BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_uploads PRIMARY KEY (id),
    CONSTRAINT fk_uploads_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE INDEX ix_uploads_account_id ON uploads (account_id);

CREATE INDEX ix_uploads_expires_at ON uploads (expires_at);

CREATE TABLE blocks (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    blocked_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_blocks PRIMARY KEY (id),
    CONSTRAINT uq_blocks_account_id_blocked_id UNIQUE (account_id, blocked_id),
    CONSTRAINT ck_blocks_not_yourself CHECK (account_id <> blocked_id),
    CONSTRAINT fk_blocks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_blocks_blocked_id FOREIGN KEY(blocked_id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE INDEX ix_blocks_blocked_id ON blocks (blocked_id);

CREATE TABLE comments (
    id UUID NOT NULL,
    video_id UUID NOT NULL,
    author_id UUID NOT NULL,
    text TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_comments PRIMARY KEY (id),
    CONSTRAINT fk_comments_video_id FOREIGN KEY(video_id) REFERENCES clips (id) ON DELETE CASCADE,
    CONSTRAINT fk_comments_author_id FOREIGN KEY(author_id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE INDEX ix_comments_author_id ON comments (author_id);

CREATE INDEX ix_comments_video_id ON comments (video_id, id DESC);

CREATE TABLE directory_members (
    group_id UUID NOT NULL,
    person_id UUID NOT NULL,
    CONSTRAINT pk_directory_members PRIMARY KEY (group_id, person_id),
    CONSTRAINT fk_directory_members_group_id FOREIGN KEY(group_id) REFERENCES directory_groups (id) ON DELETE CASCADE,
    CONSTRAINT fk_directory_members_person_id FOREIGN KEY(person_id) REFERENCES directory_people (id) ON DELETE CASCADE
);

CREATE INDEX ix_directory_members_person_id ON directory_members (person_id);

CREATE TABLE feed_content (
    video_id UUID NOT NULL,
    words BYTEA,
    looks BYTEA,
    model TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_feed_content PRIMARY KEY (video_id),
    CONSTRAINT fk_feed_content_video_id FOREIGN KEY(video_id) REFERENCES clips (id) ON DELETE CASCADE
);

CREATE INDEX ix_feed_content_made_at ON feed_content (made_at);

CREATE TABLE feed_less_creators (
    account_id UUID NOT NULL,
    creator_id UUID NOT NULL,
    CONSTRAINT pk_feed_less_creators PRIMARY KEY (account_id, creator_id),
    CONSTRAINT fk_feed_less_creators_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_feed_less_creators_creator_id FOREIGN KEY(creator_id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE INDEX ix_feed_less_creators_creator_id ON feed_less_creators (creator_id);

CREATE TABLE feed_states (
    pseudonym UUID NOT NULL,
    state BYTEA NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_feed_states PRIMARY KEY (pseudonym),
    CONSTRAINT fk_feed_states_pseudonym FOREIGN KEY(pseudonym) REFERENCES feed_people (pseudonym) ON DELETE CASCADE
);

CREATE TABLE feed_tallies (
    video_id UUID NOT NULL,
    shown REAL DEFAULT '0' NOT NULL,
    views REAL DEFAULT '0' NOT NULL,
    completions REAL DEFAULT '0' NOT NULL,
    likes REAL DEFAULT '0' NOT NULL,
    comments REAL DEFAULT '0' NOT NULL,
    shares REAL DEFAULT '0' NOT NULL,
    skips REAL DEFAULT '0' NOT NULL,
    refusals REAL DEFAULT '0' NOT NULL,
    CONSTRAINT pk_feed_tallies PRIMARY KEY (video_id),
    CONSTRAINT fk_feed_tallies_video_id FOREIGN KEY(video_id) REFERENCES clips (id) ON DELETE CASCADE
);

CREATE TABLE follows (
    follower_id UUID NOT NULL,
    followed_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_follows PRIMARY KEY (follower_id, followed_id),
    CONSTRAINT ck_follows_not_yourself CHECK (follower_id <> followed_id),
    CONSTRAINT fk_follows_follower_id FOREIGN KEY(follower_id) REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT fk_follows_followed_id FOREIGN KEY(followed_id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE INDEX ix_follows_followed_id ON follows (followed_id);

CREATE TABLE foreign_clips (
    id UUID NOT NULL,
    realm TEXT NOT NULL,
    author_id UUID NOT NULL,
    caption TEXT NOT NULL,
    allow_comments BOOLEAN NOT NULL,
    age_limit SMALLINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    media JSONB NOT NULL,
    duration_ms INTEGER NOT NULL,
    views BIGINT DEFAULT '0' NOT NULL,
    likes BIGINT DEFAULT '0' NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_foreign_clips PRIMARY KEY (id),
    CONSTRAINT fk_foreign_clips_id FOREIGN KEY(id) REFERENCES clips (id) ON DELETE CASCADE,
    CONSTRAINT fk_foreign_clips_author_id FOREIGN KEY(author_id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE INDEX ix_foreign_clips_author_id ON foreign_clips (author_id, id);

CREATE INDEX ix_foreign_clips_listed ON foreign_clips (published_at DESC, id DESC);

CREATE TABLE foreign_people (
    id UUID NOT NULL,
    realm TEXT NOT NULL,
    via TEXT NOT NULL,
    handle TEXT NOT NULL,
    display_name TEXT NOT NULL,
    bio TEXT NOT NULL,
    avatar TEXT,
    followers BIGINT DEFAULT '0' NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_foreign_people PRIMARY KEY (id),
    CONSTRAINT fk_foreign_people_id FOREIGN KEY(id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE INDEX ix_foreign_people_handle ON foreign_people (realm, handle);

CREATE TABLE impressions (
    day DATE NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    video_id UUID NOT NULL,
    account_id UUID,
    watched_ms INTEGER NOT NULL,
    replays INTEGER NOT NULL,
    ended TEXT,
    known BOOLEAN NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_impressions PRIMARY KEY (day, id, kind)
)
 PARTITION BY RANGE (day);

CREATE INDEX ix_impressions_account_id ON impressions (account_id);

CREATE INDEX ix_impressions_video_id ON impressions (video_id);

CREATE TABLE likes (
    account_id UUID NOT NULL,
    video_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_likes PRIMARY KEY (account_id, video_id),
    CONSTRAINT fk_likes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_likes_video_id FOREIGN KEY(video_id) REFERENCES clips (id) ON DELETE CASCADE
);

CREATE INDEX ix_likes_video_id ON likes (video_id);

CREATE TABLE managed_devices (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    code TEXT NOT NULL,
    platform TEXT NOT NULL,
    enrolment TEXT NOT NULL,
    ownership TEXT NOT NULL,
    person_id UUID,
    addresses TEXT[] DEFAULT '{}' NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    external_id TEXT,
    mdm_id TEXT,
    public_key BYTEA,
    thumbprint BYTEA,
    assurance TEXT NOT NULL,
    certificate_until TIMESTAMP WITH TIME ZONE,
    consented_at TIMESTAMP WITH TIME ZONE,
    enrolled_at TIMESTAMP WITH TIME ZONE,
    ledger_key BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_managed_devices PRIMARY KEY (id),
    CONSTRAINT uq_managed_devices_organisation_id_code UNIQUE (organisation_id, code),
    CONSTRAINT uq_managed_devices_organisation_id_mdm_id UNIQUE (organisation_id, mdm_id),
    CONSTRAINT fk_managed_devices_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT fk_managed_devices_person_id FOREIGN KEY(person_id) REFERENCES directory_people (id) ON DELETE CASCADE,
    CONSTRAINT uq_managed_devices_thumbprint UNIQUE (thumbprint)
);

CREATE INDEX ix_managed_devices_person_id ON managed_devices (person_id);

CREATE TABLE moving_parts (
    move_id UUID NOT NULL,
    part INTEGER NOT NULL,
    collection TEXT NOT NULL,
    content JSONB NOT NULL,
    CONSTRAINT pk_moving_parts PRIMARY KEY (move_id, part),
    CONSTRAINT fk_moving_parts_move_id FOREIGN KEY(move_id) REFERENCES moves (id) ON DELETE CASCADE
);

CREATE TABLE mutes (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    muted_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_mutes PRIMARY KEY (id),
    CONSTRAINT uq_mutes_account_id_muted_id UNIQUE (account_id, muted_id),
    CONSTRAINT ck_mutes_not_yourself CHECK (account_id <> muted_id),
    CONSTRAINT fk_mutes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_mutes_muted_id FOREIGN KEY(muted_id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE INDEX ix_mutes_muted_id ON mutes (muted_id);

CREATE TABLE renditions (
    asset_id UUID NOT NULL,
    short_side INTEGER NOT NULL,
    blob_key TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    codec TEXT NOT NULL,
    bitrate INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    CONSTRAINT pk_renditions PRIMARY KEY (asset_id, short_side),
    CONSTRAINT fk_renditions_asset_id FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);

CREATE TABLE sessions (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    passkey_id UUID,
    device TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT fk_sessions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_sessions_passkey_id FOREIGN KEY(passkey_id) REFERENCES passkeys (id) ON DELETE CASCADE
);

CREATE INDEX ix_sessions_account_id ON sessions (account_id);

CREATE INDEX ix_sessions_passkey_id ON sessions (passkey_id);

CREATE TABLE showings (
    day DATE NOT NULL,
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    video_id UUID NOT NULL,
    pseudonym UUID,
    place SMALLINT NOT NULL,
    source TEXT NOT NULL,
    propensity REAL NOT NULL,
    model TEXT,
    features BYTEA,
    CONSTRAINT pk_showings PRIMARY KEY (day, id),
    CONSTRAINT fk_showings_pseudonym FOREIGN KEY(pseudonym) REFERENCES feed_people (pseudonym) ON DELETE CASCADE
)
 PARTITION BY RANGE (day);

CREATE INDEX ix_showings_pseudonym ON showings (pseudonym);

CREATE INDEX ix_showings_video_id ON showings (video_id);

CREATE TABLE signal_streams (
    id UUID NOT NULL,
    receiver_id UUID NOT NULL,
    method TEXT NOT NULL,
    endpoint TEXT,
    "authorization" TEXT,
    requested TEXT[] NOT NULL,
    description TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    verification_at TIMESTAMP WITH TIME ZONE,
    taken_at TIMESTAMP WITH TIME ZONE,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    failures INTEGER NOT NULL,
    fault TEXT,
    CONSTRAINT pk_signal_streams PRIMARY KEY (id),
    CONSTRAINT uq_signal_streams_receiver_id UNIQUE (receiver_id),
    CONSTRAINT fk_signal_streams_receiver_id FOREIGN KEY(receiver_id) REFERENCES signal_receivers (id) ON DELETE CASCADE
);

CREATE INDEX ix_signal_streams_next_at ON signal_streams (next_at);

CREATE TABLE suspension_replies (
    id UUID NOT NULL,
    decision_id UUID NOT NULL,
    version INTEGER NOT NULL,
    by TEXT NOT NULL,
    domain TEXT,
    words TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    entry TEXT,
    CONSTRAINT pk_suspension_replies PRIMARY KEY (id),
    CONSTRAINT fk_suspension_replies_decision_id_version FOREIGN KEY(decision_id, version) REFERENCES suspension_decisions (id, version) ON DELETE CASCADE
);

CREATE INDEX ix_suspension_replies_decision_id ON suspension_replies (decision_id, version);

CREATE TABLE suspension_reviews (
    decision_id UUID NOT NULL,
    version INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    record BYTEA NOT NULL,
    entry TEXT,
    CONSTRAINT pk_suspension_reviews PRIMARY KEY (decision_id, version, at),
    CONSTRAINT fk_suspension_reviews_decision_id_version FOREIGN KEY(decision_id, version) REFERENCES suspension_decisions (id, version) ON DELETE CASCADE
);

CREATE TABLE suspension_tellings (
    decision_id UUID NOT NULL,
    version INTEGER NOT NULL,
    person_id UUID NOT NULL,
    language TEXT NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_suspension_tellings PRIMARY KEY (decision_id, version, person_id),
    CONSTRAINT fk_suspension_tellings_decision_id_version FOREIGN KEY(decision_id, version) REFERENCES suspension_decisions (id, version) ON DELETE CASCADE,
    CONSTRAINT fk_suspension_tellings_person_id FOREIGN KEY(person_id) REFERENCES directory_people (id) ON DELETE CASCADE
);

CREATE INDEX ix_suspension_tellings_person_id ON suspension_tellings (person_id);

CREATE TABLE video_counts (
    video_id UUID NOT NULL,
    views INTEGER DEFAULT '0' NOT NULL,
    likes INTEGER DEFAULT '0' NOT NULL,
    comments INTEGER DEFAULT '0' NOT NULL,
    shares INTEGER DEFAULT '0' NOT NULL,
    watched_ms BIGINT DEFAULT '0' NOT NULL,
    completions INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_video_counts PRIMARY KEY (video_id),
    CONSTRAINT fk_video_counts_video_id FOREIGN KEY(video_id) REFERENCES clips (id) ON DELETE CASCADE
);

CREATE TABLE videos (
    id UUID NOT NULL,
    author_id UUID NOT NULL,
    asset_id UUID NOT NULL,
    state TEXT NOT NULL,
    caption TEXT NOT NULL,
    visibility TEXT NOT NULL,
    allow_comments BOOLEAN NOT NULL,
    age_limit SMALLINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_videos PRIMARY KEY (id),
    CONSTRAINT fk_videos_id FOREIGN KEY(id) REFERENCES clips (id) ON DELETE CASCADE,
    CONSTRAINT fk_videos_author_id FOREIGN KEY(author_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT uq_videos_asset_id UNIQUE (asset_id)
);

CREATE INDEX ix_videos_author_id ON videos (author_id, id);

CREATE INDEX ix_videos_listed ON videos (published_at DESC, id DESC) WHERE state = 'published' AND visibility = 'public';

CREATE TABLE counts_abroad (
    video_id UUID NOT NULL,
    realm TEXT NOT NULL,
    views BIGINT NOT NULL,
    likes BIGINT NOT NULL,
    CONSTRAINT pk_counts_abroad PRIMARY KEY (video_id, realm),
    CONSTRAINT fk_counts_abroad_video_id FOREIGN KEY(video_id) REFERENCES videos (id) ON DELETE CASCADE
);

CREATE TABLE device_groups (
    group_id UUID NOT NULL,
    device_id UUID NOT NULL,
    CONSTRAINT pk_device_groups PRIMARY KEY (group_id, device_id),
    CONSTRAINT fk_device_groups_group_id FOREIGN KEY(group_id) REFERENCES directory_groups (id) ON DELETE CASCADE,
    CONSTRAINT fk_device_groups_device_id FOREIGN KEY(device_id) REFERENCES managed_devices (id) ON DELETE CASCADE
);

CREATE INDEX ix_device_groups_device_id ON device_groups (device_id);

CREATE TABLE device_history (
    entry TEXT NOT NULL,
    device_id UUID NOT NULL,
    decision_id UUID NOT NULL,
    state TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_device_history PRIMARY KEY (entry),
    CONSTRAINT fk_device_history_device_id FOREIGN KEY(device_id) REFERENCES managed_devices (id) ON DELETE CASCADE
);

CREATE INDEX ix_device_history_device_id ON device_history (device_id, since);

CREATE TABLE device_sessions (
    token_hash BYTEA NOT NULL,
    device_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_device_sessions PRIMARY KEY (token_hash),
    CONSTRAINT fk_device_sessions_device_id FOREIGN KEY(device_id) REFERENCES managed_devices (id) ON DELETE CASCADE
);

CREATE INDEX ix_device_sessions_device_id ON device_sessions (device_id);

CREATE TABLE device_states (
    device_id UUID NOT NULL,
    decision_id UUID NOT NULL,
    has_app BOOLEAN,
    reported_at TIMESTAMP WITH TIME ZONE,
    source TEXT,
    state TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    entry TEXT,
    CONSTRAINT pk_device_states PRIMARY KEY (device_id, decision_id),
    CONSTRAINT fk_device_states_device_id FOREIGN KEY(device_id) REFERENCES managed_devices (id) ON DELETE CASCADE
);

CREATE INDEX ix_device_states_decision_id ON device_states (decision_id, state, device_id);

CREATE TABLE enrolment_codes (
    code_hash BYTEA NOT NULL,
    device_id UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    transaction_id TEXT,
    certificate BYTEA,
    CONSTRAINT pk_enrolment_codes PRIMARY KEY (code_hash),
    CONSTRAINT fk_enrolment_codes_device_id FOREIGN KEY(device_id) REFERENCES managed_devices (id) ON DELETE CASCADE
);

CREATE INDEX ix_enrolment_codes_device_id ON enrolment_codes (device_id);

CREATE TABLE mdm_enrolments (
    device_id UUID NOT NULL,
    topic TEXT NOT NULL,
    push_token BYTEA NOT NULL,
    push_magic TEXT NOT NULL,
    enrolled_at TIMESTAMP WITH TIME ZONE NOT NULL,
    heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
    profile_key BYTEA DEFAULT sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')) NOT NULL,
    told_token TEXT DEFAULT '' NOT NULL,
    told_hidden TEXT[] DEFAULT '{}' NOT NULL,
    told_fault TEXT DEFAULT '' NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE,
    told_changed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mdm_enrolments PRIMARY KEY (device_id),
    CONSTRAINT fk_mdm_enrolments_device_id FOREIGN KEY(device_id) REFERENCES managed_devices (id) ON DELETE CASCADE
);

CREATE TABLE notifications (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    actor_id UUID NOT NULL,
    kind TEXT NOT NULL,
    video_id UUID,
    comment_id UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notifications PRIMARY KEY (id),
    CONSTRAINT fk_notifications_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT fk_notifications_actor_id FOREIGN KEY(actor_id) REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT fk_notifications_video_id FOREIGN KEY(video_id) REFERENCES videos (id) ON DELETE CASCADE,
    CONSTRAINT fk_notifications_comment_id FOREIGN KEY(comment_id) REFERENCES comments (id) ON DELETE CASCADE
);

CREATE INDEX ix_notifications_account_id ON notifications (account_id, id DESC);

CREATE INDEX ix_notifications_actor_id ON notifications (actor_id);

CREATE TABLE signal_queue (
    id UUID NOT NULL,
    stream_id UUID NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    device_id UUID,
    decision_id UUID,
    version INTEGER,
    before TEXT,
    now TEXT,
    words TEXT,
    CONSTRAINT pk_signal_queue PRIMARY KEY (id),
    CONSTRAINT fk_signal_queue_stream_id FOREIGN KEY(stream_id) REFERENCES signal_streams (id) ON DELETE CASCADE,
    CONSTRAINT fk_signal_queue_device_id FOREIGN KEY(device_id) REFERENCES managed_devices (id) ON DELETE CASCADE
);

CREATE INDEX ix_signal_queue_device_id ON signal_queue (device_id);

CREATE INDEX ix_signal_queue_stream_id ON signal_queue (stream_id, id);

CREATE TABLE suspension_exceptions (
    id UUID NOT NULL,
    decision_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    device_id UUID,
    person_id UUID,
    purpose TEXT NOT NULL,
    mitigations INTEGER[] NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_by UUID NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_entry TEXT,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_entry TEXT,
    granted BOOLEAN,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_entry TEXT,
    CONSTRAINT pk_suspension_exceptions PRIMARY KEY (id),
    CONSTRAINT ck_suspension_exceptions_one_of_them CHECK ((device_id IS NULL) <> (person_id IS NULL)),
    CONSTRAINT fk_suspension_exceptions_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id) ON DELETE CASCADE,
    CONSTRAINT fk_suspension_exceptions_device_id FOREIGN KEY(device_id) REFERENCES managed_devices (id) ON DELETE CASCADE,
    CONSTRAINT fk_suspension_exceptions_person_id FOREIGN KEY(person_id) REFERENCES directory_people (id) ON DELETE CASCADE
);

CREATE INDEX ix_suspension_exceptions_decision_id ON suspension_exceptions (decision_id);

CREATE INDEX ix_suspension_exceptions_device_id ON suspension_exceptions (device_id);

CREATE INDEX ix_suspension_exceptions_person_id ON suspension_exceptions (person_id);

CREATE TABLE mdm_commands (
    device_id UUID NOT NULL,
    number INTEGER NOT NULL,
    id UUID NOT NULL,
    request BYTEA NOT NULL,
    progress TEXT NOT NULL,
    fault TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mdm_commands PRIMARY KEY (device_id, number),
    CONSTRAINT fk_mdm_commands_device_id FOREIGN KEY(device_id) REFERENCES mdm_enrolments (device_id) ON DELETE CASCADE
);
