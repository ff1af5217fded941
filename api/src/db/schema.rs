//! The tables as diesel knows them: without `org_id`, which the database itself fills in and checks. Held equal to
//! the database by the promise test `schema`.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    api_token_networks (token_id, network) {
        token_id -> Uuid,
        network -> Text,
        first_used_at -> Timestamptz,
    }
}

table! {
    api_token_scopes (token_id, menu) {
        token_id -> Uuid,
        menu -> Text,
        can_insert -> Bool,
        can_update -> Bool,
        can_delete -> Bool,
        can_view -> Bool,
    }
}

table! {
    api_tokens (id) {
        id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        secret_hash -> Binary,
        address_ranges -> Array<Text>,
        expires_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        last_used_address -> Nullable<Text>,
        last_refused_at -> Nullable<Timestamptz>,
        last_refused_address -> Nullable<Text>,
        last_refused_because -> Nullable<Text>,
        revoked_at -> Nullable<Timestamptz>,
        revoked_by -> Nullable<Uuid>,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
    }
}

table! {
    audit_heads (sequence) {
        sequence -> BigInt,
        hash -> Binary,
        signed_at -> Timestamptz,
        key_id -> Text,
        signature -> Binary,
    }
}

table! {
    audit_log (id) {
        id -> Uuid,
        at -> Timestamptz,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
        address -> Nullable<Text>,
        request_id -> Nullable<Uuid>,
        entity -> Text,
        entity_id -> Uuid,
        action -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        token_id -> Nullable<Uuid>,
        transaction -> BigInt,
    }
}

table! {
    audit_parts (audit_id, number) {
        audit_id -> Uuid,
        number -> SmallInt,
        person_id -> Nullable<Uuid>,
        commitment -> Binary,
        salt -> Nullable<Binary>,
        content -> Nullable<Text>,
        sealed -> Nullable<Binary>,
    }
}

table! {
    audit_seals (sequence) {
        sequence -> BigInt,
        audit_id -> Uuid,
        hash -> Binary,
        sealed_at -> Timestamptz,
    }
}

table! {
    changes (id) {
        id -> Uuid,
        at -> Timestamptz,
        changed_by -> Nullable<Uuid>,
        entity -> Text,
        entity_id -> Uuid,
        subject_id -> Nullable<Uuid>,
        label -> Text,
        kind -> Text,
        fields -> Jsonb,
    }
}

table! {
    denied_access (id) {
        id -> Uuid,
        minute -> Timestamptz,
        network -> Nullable<Text>,
        user_id -> Nullable<Uuid>,
        operation -> Nullable<Text>,
        code -> Text,
        requests -> BigInt,
    }
}

table! {
    erasures (user_id) {
        user_id -> Uuid,
        erased_at -> Timestamptz,
        erased_by -> Nullable<Uuid>,
        entered_at -> Nullable<Timestamptz>,
    }
}

table! {
    file_keys (id) {
        id -> Uuid,
        key -> Binary,
        created_at -> Timestamptz,
    }
}

table! {
    files (id) {
        id -> Uuid,
        hash -> Binary,
        size -> BigInt,
        media_type -> Text,
        created_at -> Timestamptz,
        used_at -> Timestamptz,
    }
}

table! {
    general_data (id) {
        id -> Uuid,
        street -> Text,
        city -> Text,
        country -> Text,
        email -> Text,
        phone -> Text,
        currency -> Text,
        time_zone -> Text,
        first_weekday -> SmallInt,
        language -> Text,
        minimum_password_length -> SmallInt,
        maximum_upload_megabytes -> SmallInt,
        members_see_money -> Bool,
        next_project_number -> Integer,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
        team_member_seats_paid -> Bool,
        invitations -> Bool,
        logo_id -> Nullable<Uuid>,
    }
}

table! {
    idempotency_keys (user_id, operation, key, step) {
        user_id -> Uuid,
        operation -> Text,
        key -> Text,
        step -> SmallInt,
        fingerprint -> Binary,
        done -> Bool,
        answer -> Jsonb,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

table! {
    invitations (id) {
        id -> Uuid,
        email -> Text,
        language -> Text,
        token_hash -> Binary,
        times_sent -> Integer,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        ended_because -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
    }
}

table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        payload -> Jsonb,
        idempotency_key -> Nullable<Text>,
        state -> Text,
        due_at -> Timestamptz,
        attempts -> Integer,
        fence -> BigInt,
        handing_over_since -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

table! {
    licence_type_ceilings (licence_type, menu) {
        licence_type -> Text,
        menu -> Text,
        can_insert -> Bool,
        can_update -> Bool,
        can_delete -> Bool,
        can_view -> Bool,
    }
}

table! {
    licence_types (key) {
        key -> Text,
        name -> Text,
        rank -> SmallInt,
        functions -> Array<Text>,
        reach -> Text,
        highest_position -> Text,
        seat -> Text,
        version -> Integer,
    }
}

table! {
    licences (id) {
        id -> Uuid,
        licence_type -> Text,
        seats -> Nullable<Integer>,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        version -> Integer,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

table! {
    person_keys (person_id) {
        person_id -> Uuid,
        key -> Nullable<Binary>,
        destroyed_at -> Nullable<Timestamptz>,
    }
}

table! {
    password_resets (id) {
        id -> Uuid,
        user_id -> Uuid,
        token_hash -> Binary,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        ended_because -> Nullable<Text>,
    }
}

table! {
    pictures (id) {
        id -> Uuid,
        small_id -> Uuid,
        large_id -> Uuid,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
    }
}

table! {
    project_parameters (id) {
        id -> Uuid,
        kind -> Text,
        name_en -> Text,
        name_es -> Text,
        colour -> Text,
        sort_order -> Integer,
        default_for_new_projects -> Bool,
        system -> Bool,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
    }
}

table! {
    project_positions (project_id, user_id) {
        project_id -> Uuid,
        user_id -> Uuid,
        position -> Text,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
    }
}

table! {
    projects (id) {
        id -> Uuid,
        code -> Text,
        name -> Text,
        description -> Text,
        project_code -> Text,
        cost_centre -> Text,
        status_id -> Uuid,
        approval_status_id -> Uuid,
        type_id -> Uuid,
        priority_id -> Uuid,
        start_date -> Nullable<Date>,
        end_date -> Nullable<Date>,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
        status_kind -> Text,
        approval_status_kind -> Text,
        type_kind -> Text,
        priority_kind -> Text,
    }
}

table! {
    role_grants (role_id, menu) {
        role_id -> Uuid,
        menu -> Text,
        can_insert -> Bool,
        can_update -> Bool,
        can_delete -> Bool,
        can_view -> Bool,
    }
}

table! {
    roles (id) {
        id -> Uuid,
        name -> Text,
        description -> Text,
        licence_type -> Text,
        functions -> Array<Text>,
        default_for_new_users -> Bool,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
    }
}

table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        family_hash -> Binary,
        refresh_hash -> Binary,
        previous_hash -> Nullable<Binary>,
        rotated_at -> Timestamptz,
        device -> Text,
        device_hash -> Binary,
        address -> Text,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        idle_until -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        ended_because -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamptz>,
    }
}

table! {
    sign_in_settings (id) {
        id -> Uuid,
        session_idle_minutes -> Integer,
        session_lifetime_minutes -> Integer,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
    }
}

table! {
    user_roles (user_id, role_id) {
        user_id -> Uuid,
        role_id -> Uuid,
    }
}

table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        first_name -> Text,
        last_name -> Text,
        language -> Text,
        no_login -> Bool,
        active -> Bool,
        company_admin -> Bool,
        password_hash -> Nullable<Text>,
        licence_used -> Nullable<Text>,
        last_sign_in_at -> Nullable<Timestamptz>,
        version -> Integer,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
        erased_at -> Nullable<Timestamptz>,
        photo_id -> Nullable<Uuid>,
    }
}

joinable!(licences -> licence_types (licence_type));
joinable!(password_resets -> users (user_id));
joinable!(project_positions -> projects (project_id));
joinable!(role_grants -> roles (role_id));
joinable!(roles -> licence_types (licence_type));
joinable!(user_roles -> roles (role_id));
joinable!(user_roles -> users (user_id));

allow_tables_to_appear_in_same_query!(
    api_token_networks,
    api_token_scopes,
    api_tokens,
    audit_heads,
    audit_log,
    audit_parts,
    audit_seals,
    changes,
    denied_access,
    erasures,
    file_keys,
    files,
    general_data,
    idempotency_keys,
    invitations,
    jobs,
    licence_type_ceilings,
    licence_types,
    licences,
    password_resets,
    person_keys,
    pictures,
    project_parameters,
    project_positions,
    projects,
    role_grants,
    roles,
    sessions,
    sign_in_settings,
    user_roles,
    users,
);
