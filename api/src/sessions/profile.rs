//! One's own profile: names and language, password, sessions.

use actix_web::web::{Data, Json, Path};
use diesel::prelude::*;
use shared::{
    Language, ViolationCode,
    check::{self, Violations},
    ids::{PictureId, SessionId},
    session::{CurrentSession, OrganizationSettings, OwnSession, PasswordChange, ProfilePatch},
};
use uuid::Uuid;

use super::{
    device, guessing,
    store::{self, EndedBecause, Which},
};
use crate::{
    ApiError,
    access::Caller,
    db::{
        AccessScope, Entity, TenantConn, doors,
        record::Recorded,
        schema::{general_data, users},
    },
    http::{
        answers::{Current, NoContent},
        context::Visit,
        guards::{MayRead, SignedIn, why},
        input::{IfMatch, Valid},
        server::Site,
    },
    mail::{self, Mail, Occasion},
    passwords::Verdict,
    recovery::store as recovery,
};

/// The person who asks, and what they may do now.
pub fn current_session(conn: &mut TenantConn<'_>, caller: &Caller) -> Result<CurrentSession, ApiError> {
    let (email, first_name, last_name, language, company_admin, photo, version) = users::table
        .filter(users::id.eq(caller.user().0))
        .select((
            users::email,
            users::first_name,
            users::last_name,
            users::language,
            users::company_admin,
            users::photo_id,
            users::version,
        ))
        .first::<(String, String, String, String, bool, Option<Uuid>, i32)>(conn.sql())?;
    let (time_zone, first_weekday, currency, minimum_password_length, invitations, logo) =
        general_data::table
            .select((
                general_data::time_zone,
                general_data::first_weekday,
                general_data::currency,
                general_data::minimum_password_length,
                general_data::invitations,
                general_data::logo_id,
            ))
            .first::<(String, i16, String, i16, bool, Option<Uuid>)>(conn.sql())?;
    let today = caller.today();
    let holder = caller.holder();
    let without = holder.roles.iter().filter(|role| !holder.company_admin && !role.is_valid(today));
    Ok(CurrentSession {
        session: caller.session()?,
        user: caller.user(),
        version,
        email,
        first_name,
        last_name,
        language: Language::from_code(&language).unwrap_or_default(),
        company_admin,
        photo: photo.map(PictureId),
        organization: caller.organization.to_name(),
        permissions: holder.permissions(today),
        roles_without_licence: without.map(|role| role.name.clone()).collect(),
        settings: OrganizationSettings {
            time_zone,
            first_weekday,
            currency,
            minimum_password_length,
            invitations,
            logo: logo.map(PictureId),
        },
    })
}

/// Changes one's own names and language.
#[utoipa::path(patch, path = "/profile", operation_id = "update_profile",
    request_body = ProfilePatch,
    responses((status = 200, description = "The session with the new profile.", body = CurrentSession)))]
pub async fn update_profile(
    who: SignedIn<why::OwnProfile>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<ProfilePatch>,
) -> Result<Current<CurrentSession>, ApiError> {
    let caller = who.caller().clone();
    let change = move |conn: &mut TenantConn<'_>| {
        let before = current_session(conn, &caller)?;
        if before.version != version.0 {
            return Err(ApiError::Stale(serde_json::to_value(&before).map_err(ApiError::internal)?));
        }
        let patch = body.0;
        let mut after = before.clone();
        after.first_name = patch.first_name.map_or(after.first_name, |name| check::normal_name(&name));
        after.last_name = patch.last_name.map_or(after.last_name, |name| check::normal_name(&name));
        after.language = patch.language.unwrap_or(after.language);
        let (now, user) = (conn.clock().now(), caller.user().0);
        let rows = diesel::update(users::table.filter(users::id.eq(user).and(users::version.eq(version.0))))
            .set((
                users::first_name.eq(&after.first_name),
                users::last_name.eq(&after.last_name),
                users::language.eq(after.language.code()),
                users::version.eq(users::version + 1),
                users::updated_at.eq(now),
                users::updated_by.eq(Some(user)),
            ))
            .execute(conn.sql())?;
        if rows != 1 {
            let current = current_session(conn, &caller)?;
            return Err(ApiError::Stale(serde_json::to_value(&current).map_err(ApiError::internal)?));
        }
        let names = |one: &CurrentSession| serde_json::json!({"first_name": one.first_name, "last_name": one.last_name, "language": one.language});
        let label = format!("{} {}", after.first_name, after.last_name);
        conn.record(Recorded::updated(Entity::User, user, &label, &names(&before), &names(&after)));
        conn.access_changed(AccessScope::User(caller.user()));
        current_session(conn, &caller)
    };
    site.db.write(&who, change).await.map(Current)
}

/// Changes one's own password, with the old one. All other sessions end.
#[utoipa::path(put, path = "/profile/password", operation_id = "change_password",
    request_body = PasswordChange, responses((status = 204, description = "The password is changed.")))]
pub async fn change_password(
    who: SignedIn<why::OwnProfile>,
    visit: Visit,
    site: Data<Site>,
    body: Valid<PasswordChange>,
) -> Result<NoContent, ApiError> {
    let caller = who.caller().clone();
    let (user, session) = (caller.user(), caller.session()?);
    let (old_hash, email, minimum) = site
        .db
        .read(&who, move |conn| {
            let (hash, email): (Option<String>, String) = users::table
                .filter(users::id.eq(user.0))
                .select((users::password_hash, users::email))
                .first(conn.sql())?;
            let minimum: i16 =
                general_data::table.select(general_data::minimum_password_length).first(conn.sql())?;
            Ok((hash, email, minimum))
        })
        .await?;
    let PasswordChange { old_password, new_password } = body.0;
    let (now, limit) = (site.clock.now(), guessing::old_password_limit(user));
    let own = vec![limit.key.clone()];
    let until = site.db.write(&who, move |conn| doors::reserve_attempt(conn.sql(), &[limit], now)).await?;
    guessing::refuse_until(until, now)?;
    let mut violations = Violations::default();
    let organization = caller.organization.name.clone();
    let allowed = site.passwords.check_new(new_password.clone(), minimum, email, organization).await?;
    violations.add("/new_password", allowed);
    if site.passwords.verify(old_password, old_hash.clone()).await? == Verdict::Wrong {
        let wrong =
            shared::Violation::new(ViolationCode::WrongPassword, "This is not your present password.");
        violations.add("/old_password", Err(wrong));
    } else {
        site.db.write(&who, move |conn| doors::forgive_attempt(conn.sql(), &own, &[], now)).await?;
    }
    if !violations.is_empty() {
        return Err(ApiError::Invalid(violations));
    }
    let new_hash = site.passwords.hash(new_password).await?;
    site.db
        .write(&who, move |conn| {
            let now = conn.clock().now();
            // The hash that was verified must still be the present one: of two changes at one moment one works.
            let unchanged = users::table
                .filter(users::id.eq(user.0).and(users::password_hash.is_not_distinct_from(old_hash)));
            let rows = diesel::update(unchanged)
                .set((
                    users::password_hash.eq(Some(new_hash)),
                    users::version.eq(users::version + 1),
                    users::updated_at.eq(now),
                    users::updated_by.eq(Some(user.0)),
                ))
                .execute(conn.sql())?;
            if rows != 1 {
                return Err(ApiError::invalid(
                    "/old_password",
                    ViolationCode::WrongPassword,
                    "The password was changed meanwhile.",
                ));
            }
            let label = caller.person.name.clone();
            let change = |state: &str| serde_json::json!({ "password": state });
            conn.record(Recorded::updated(Entity::User, user, &label, &change("old"), &change("new")));
            let occasion = Occasion {
                at: now,
                address: Some(visit.address),
                device: Some(device::name(&visit.user_agent)),
            };
            let how = mail::PasswordChange::Person;
            mail::send(conn, user, Mail::PasswordChanged { how, occasion })?;
            recovery::end_links(conn, user)?;
            store::end(conn, user, Which::AllBut(session), EndedBecause::PasswordChanged)
        })
        .await?;
    Ok(NoContent)
}

/// One's own sessions, last used first.
#[utoipa::path(get, path = "/profile/sessions", operation_id = "list_own_sessions",
    responses((status = 200, description = "The sessions.", body = Vec<OwnSession>)))]
pub async fn list_own_sessions(
    who: SignedIn<why::OwnSession>,
    site: Data<Site>,
) -> Result<Json<Vec<OwnSession>>, ApiError> {
    let (user, session) = (who.caller().user(), who.caller().session()?);
    site.db.read(&who, move |conn| store::list_own(conn, user, session)).await.map(Json)
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/profile/sessions/{session}", operation_id = "end_session",
    params(("session" = SessionId, Path)), responses((status = 204, description = "The session is over.")))]
pub async fn end_session(
    who: SignedIn<why::OwnSession>,
    session: Path<SessionId>,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let user = who.caller().user();
    let which = Which::Only(session.into_inner());
    let ended =
        site.db.write(&who, move |conn| store::end(conn, user, which, EndedBecause::EndedByPerson)).await?;
    if ended == 0 { Err(ApiError::NotFound) } else { Ok(NoContent) }
}

/// Ends all of one's own sessions but this one.
#[utoipa::path(delete, path = "/profile/sessions", operation_id = "end_other_sessions",
    responses((status = 204, description = "The other sessions are over.")))]
pub async fn end_other_sessions(
    who: SignedIn<why::OwnSession>,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let (user, session) = (who.caller().user(), who.caller().session()?);
    let which = Which::AllBut(session);
    site.db.write(&who, move |conn| store::end(conn, user, which, EndedBecause::EndedByPerson)).await?;
    Ok(NoContent)
}
