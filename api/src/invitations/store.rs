//! Invitations in the database. Locks in the order of everybody: seats, then the invitation.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::{
    Language, ViolationCode,
    check::normal_email,
    ids::{InvitationId, UserId},
    invitation::{Invitation, InvitationAcceptance, InvitationPage, NewInvitation},
    session::OrganizationName,
    user::UserName,
};
use uuid::Uuid;

use super::rules;
use crate::{
    ApiError,
    access::Caller,
    db::{
        Entity, TenantConn, doors,
        record::Recorded,
        schema::{invitations, users},
        unique::not_unique,
    },
    general_data::{self, day_there},
    licences::seats::{self, Concerned},
    link_token::{LinkEnd, LinkToken, check_open},
    mail::{self, Mail, Recipient},
    sessions::{
        guessing,
        store::{self as sessions, Begun, NewSession},
    },
    users::store as people,
};

const UNIQUE: &[(&str, &str)] = &[("invitations_waiting", "/email")];
/// Invitations of a list at most, the newest.
const LISTED: i64 = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
struct InvitationRow {
    id: Uuid,
    version: i32,
    email: String,
    language: String,
    updated_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    times_sent: i32,
    ended_because: Option<String>,
    created_by: Option<Uuid>,
}

type Inviter = Option<(Uuid, String, String, String)>;

impl InvitationRow {
    fn into_invitation(self, inviter: Inviter, now: DateTime<Utc>) -> Invitation {
        Invitation {
            id: InvitationId(self.id),
            version: self.version,
            email: self.email,
            language: Language::from_code(&self.language).unwrap_or_default(),
            invited_by: inviter.map(|(id, first, last, email)| UserName {
                id: UserId(id),
                name: format!("{first} {last}"),
                email,
            }),
            sent_at: self.updated_at,
            expires_at: self.expires_at,
            expired: now >= self.expires_at,
        }
    }

    fn ended(&self) -> Option<LinkEnd> {
        self.ended_because.as_deref().and_then(LinkEnd::from_key)
    }
}

/// The invitations that wait, those that have expired among them, the newest first.
pub fn list(conn: &mut TenantConn<'_>) -> Result<Vec<Invitation>, ApiError> {
    let now = conn.clock().now();
    let rows: Vec<(InvitationRow, Inviter)> = invitations::table
        .left_join(users::table.on(users::id.nullable().eq(invitations::created_by)))
        .filter(invitations::ended_at.is_null())
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .limit(LISTED)
        .select((
            InvitationRow::as_select(),
            (users::id, users::first_name, users::last_name, users::email).nullable(),
        ))
        .load(conn.sql())?;
    Ok(rows.into_iter().map(|(row, inviter)| row.into_invitation(inviter, now)).collect())
}

fn get(conn: &mut TenantConn<'_>, id: InvitationId) -> Result<Invitation, ApiError> {
    let now = conn.clock().now();
    let (row, inviter): (InvitationRow, Inviter) = invitations::table
        .left_join(users::table.on(users::id.nullable().eq(invitations::created_by)))
        .filter(invitations::id.eq(id.0))
        .select((
            InvitationRow::as_select(),
            (users::id, users::first_name, users::last_name, users::email).nullable(),
        ))
        .first(conn.sql())?;
    Ok(row.into_invitation(inviter, now))
}

/// Invites somebody: keeps a seat and leaves the mail behind. The answer does not depend on whether the e-mail has an
/// account in another organization, which nobody looks at.
pub fn create(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    new: &NewInvitation,
) -> Result<Invitation, ApiError> {
    let seats = seats::lock(conn, caller.today())?;
    rules::check_allowed(general_data::takes_invitations(conn)?)?;
    people::check_default_given(conn, caller)?;
    let email = normal_email(&new.email);
    let is_here = users::table.filter(users::email.eq(&email));
    if diesel::select(diesel::dsl::exists(is_here)).get_result(conn.sql())? {
        let message = "Somebody with this e-mail is here already.";
        return Err(ApiError::invalid("/email", ViolationCode::NotUnique, message));
    }
    // One whose time is over stands in nobody's way.
    let now = conn.clock().now();
    let expired = invitations::table.filter(
        invitations::email
            .eq(&email)
            .and(invitations::ended_at.is_null())
            .and(invitations::expires_at.le(now)),
    );
    let expired = expired.select(invitations::id).load(conn.sql())?;
    end(conn, expired, LinkEnd::Void)?;
    let language = match new.language {
        Some(language) => language,
        None => general_data::settings_for_people(conn)?.language,
    };
    count_mail(conn, &email)?;
    let token = LinkToken::random(&caller.organization.short_id);
    let (id, by) = (InvitationId(conn.clock().new_id()), conn.actor().user());
    let expires_at = now + rules::LIFETIME;
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(id.0),
            invitations::email.eq(&email),
            invitations::language.eq(language.code()),
            invitations::token_hash.eq(token.hash()),
            invitations::expires_at.eq(expires_at),
            invitations::created_at.eq(now),
            invitations::created_by.eq(by),
            invitations::updated_at.eq(now),
            invitations::updated_by.eq(by),
        ))
        .execute(conn.sql())
        .map_err(not_unique(UNIQUE))?;
    seats::settle(conn, &seats, Concerned::Nobody)?;
    send(conn, caller, &email, language, &token, expires_at)?;
    let after = serde_json::json!({ "email": email, "language": language, "times_sent": 1 });
    conn.record(Recorded::created(Entity::Invitation, id, &email, &after));
    get(conn, id)
}

/// Sends a new link to who is invited; the one before works no more. A seat is kept from now on anew.
pub fn resend(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: InvitationId,
    version: i32,
) -> Result<Invitation, ApiError> {
    let seats = seats::lock(conn, caller.today())?;
    rules::check_allowed(general_data::takes_invitations(conn)?)?;
    people::check_default_given(conn, caller)?;
    let row = get_locked(conn, id, version)?;
    rules::check_resend(row.times_sent, row.updated_at, conn.clock().now())?;
    count_mail(conn, &row.email)?;
    let token = LinkToken::random(&caller.organization.short_id);
    let (now, by) = (conn.clock().now(), conn.actor().user());
    let expires_at = now + rules::LIFETIME;
    diesel::update(invitations::table.filter(invitations::id.eq(id.0)))
        .set((
            invitations::token_hash.eq(token.hash()),
            invitations::times_sent.eq(invitations::times_sent + 1),
            invitations::expires_at.eq(expires_at),
            invitations::version.eq(invitations::version + 1),
            invitations::updated_at.eq(now),
            invitations::updated_by.eq(by),
        ))
        .execute(conn.sql())?;
    seats::settle(conn, &seats, Concerned::Nobody)?;
    let language = Language::from_code(&row.language).unwrap_or_default();
    send(conn, caller, &row.email, language, &token, expires_at)?;
    let sent = |times: i32| serde_json::json!({ "times_sent": times });
    let change = Recorded::updated(
        Entity::Invitation,
        id,
        &row.email,
        &sent(row.times_sent),
        &sent(row.times_sent + 1),
    );
    conn.record(change);
    get(conn, id)
}

/// Takes an invitation back: its link works no more, and its seat is free.
pub fn delete(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: InvitationId,
    version: i32,
) -> Result<(), ApiError> {
    let _seats = seats::lock(conn, caller.today())?;
    get_locked(conn, id, version)?;
    end(conn, vec![id.0], LinkEnd::Void)
}

/// Takes back what waits for these e-mails, since somebody with each is there now. The seats are locked.
pub fn end_for_emails(conn: &mut TenantConn<'_>, emails: &[&str]) -> Result<(), ApiError> {
    let waiting =
        invitations::table.filter(invitations::email.eq_any(emails).and(invitations::ended_at.is_null()));
    let ids = waiting.order(invitations::id).select(invitations::id).load(conn.sql())?;
    end(conn, ids, LinkEnd::Void)
}

/// How many invitations that keep a seat would be taken back, were there people with these e-mails.
pub fn kept_for_emails(conn: &mut TenantConn<'_>, emails: &[&str]) -> Result<i64, ApiError> {
    let now = conn.clock().now();
    let waiting = invitations::table
        .filter(invitations::ended_at.is_null().and(invitations::expires_at.gt(now)))
        .filter(invitations::email.eq_any(emails));
    Ok(waiting.count().get_result(conn.sql())?)
}

/// Takes back what waits and was sent by this person last.
pub fn end_sent_by(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), ApiError> {
    let waiting = invitations::table
        .filter(invitations::updated_by.eq(Some(user.0)).and(invitations::ended_at.is_null()));
    let ids = waiting.select(invitations::id).load(conn.sql())?;
    end(conn, ids, LinkEnd::Void)
}

fn end(conn: &mut TenantConn<'_>, ids: Vec<Uuid>, because: LinkEnd) -> Result<(), ApiError> {
    let now = conn.clock().now();
    // Who comes in by it is not there yet.
    let by = if because == LinkEnd::Used { None } else { conn.actor().user() };
    let ended: Vec<(Uuid, String)> = diesel::update(invitations::table.filter(invitations::id.eq_any(ids)))
        .set((
            invitations::ended_at.eq(now),
            invitations::ended_because.eq(because.key()),
            invitations::version.eq(invitations::version + 1),
            invitations::updated_at.eq(now),
            invitations::updated_by.eq(by),
        ))
        .returning((invitations::id, invitations::email))
        .get_results(conn.sql())?;
    for (id, email) in ended {
        let before = serde_json::json!({ "email": email, "ended_because": because.key() });
        conn.record(Recorded::deleted(Entity::Invitation, id, &email, &before));
    }
    Ok(())
}

/// The invitation that waits, held still, where this is still the version.
fn get_locked(conn: &mut TenantConn<'_>, id: InvitationId, version: i32) -> Result<InvitationRow, ApiError> {
    let row: InvitationRow = invitations::table
        .filter(invitations::id.eq(id.0).and(invitations::ended_at.is_null()))
        .select(InvitationRow::as_select())
        .for_update()
        .first(conn.sql())?;
    if row.version == version { Ok(row) } else { Err(ApiError::stale(&get(conn, id)?)) }
}

/// Counts a mail that is about to be sent, or refuses it where there were too many. What is not sent is not counted.
fn count_mail(conn: &mut TenantConn<'_>, email: &str) -> Result<(), ApiError> {
    let (limits, now) = (rules::limits(conn.organization(), email), conn.clock().now());
    let until = doors::reserve_attempt(conn.sql(), &limits, now)?;
    guessing::refuse_until(until, now)
}

fn send(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    email: &str,
    language: Language,
    token: &LinkToken,
    expires_at: DateTime<Utc>,
) -> Result<(), ApiError> {
    let path = format!("/accept-invitation#{}", token.text());
    let recipient = Recipient::Address { email: email.to_owned(), language };
    mail::send(conn, recipient, Mail::Invitation { path, inviter: caller.person.name.clone(), expires_at })
}

/// What the form of the invited needs, where the link still works.
pub fn get_page(
    conn: &mut TenantConn<'_>,
    id: Uuid,
    organization: OrganizationName,
) -> Result<InvitationPage, ApiError> {
    rules::check_allowed(general_data::takes_invitations(conn)?)?;
    let now = conn.clock().now();
    let row: InvitationRow = invitations::table
        .filter(invitations::id.eq(id))
        .select(InvitationRow::as_select())
        .first(conn.sql())?;
    check_open(row.ended(), row.expires_at, now)?;
    let settings = general_data::settings_for_people(conn)?;
    let invitation = get(conn, InvitationId(id))?;
    Ok(InvitationPage {
        organization,
        email: invitation.email,
        language: invitation.language,
        invited_by: invitation.invited_by.map(|person| person.name),
        minimum_password_length: settings.minimum_password_length,
    })
}

/// Somebody comes in.
#[expect(missing_debug_implementations, reason = "a hash of a password is not for showing")]
pub struct Accepting {
    /// The invitation.
    pub invitation: Uuid,
    /// The id that the person gets.
    pub user: UserId,
    /// What they filled in.
    pub form: InvitationAcceptance,
    /// The hash of their password.
    pub password_hash: String,
    /// The session that begins.
    pub session: NewSession,
}

/// Makes the person, with the role that new users get and the seat that was kept, and begins a session. The inviter
/// is told by mail. Of two acceptances at one moment the second one finds the link used.
pub fn accept(conn: &mut TenantConn<'_>, new: Accepting) -> Result<Begun, ApiError> {
    let today = day_there(conn)?;
    let seats = seats::lock(conn, today)?;
    rules::check_allowed(general_data::takes_invitations(conn)?)?;
    let now = conn.clock().now();
    let row: InvitationRow = invitations::table
        .filter(invitations::id.eq(new.invitation))
        .select(InvitationRow::as_select())
        .for_update()
        .first(conn.sql())?;
    check_open(row.ended(), row.expires_at, now)?;
    // First, so that the kept seat is free for the person.
    end(conn, vec![row.id], LinkEnd::Used)?;
    let person = people::Newcomer {
        id: new.user,
        email: row.email.clone(),
        first_name: new.form.first_name,
        last_name: new.form.last_name,
        language: new.form.language,
        no_login: false,
        password_hash: Some(new.password_hash.clone()),
    };
    let user = people::welcome(conn, &seats, person, None)?;
    if let Some(inviter) = row.created_by {
        let name = format!("{} {}", user.first_name, user.last_name);
        mail::send(conn, UserId(inviter), Mail::InvitationAccepted { name, email: user.email })?;
    }
    sessions::create_session(conn, new.session, Some(&new.password_hash))?
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("a person who was just made cannot sign in")))
}
