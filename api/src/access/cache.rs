//! What every server keeps of people and organizations, so that a request need not ask.
//!
//! Invariant: what has changed is forgotten within a second (LISTEN/NOTIFY) and, when notifications are lost, within
//! [`LIMIT`]. A value read before a change is never kept after it: a read that a change overtook is used once and
//! thrown away.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use moka::sync::Cache;
use shared::ids::{ApiTokenId, OrganizationId, UserId};

use super::{
    Person,
    api_token::{self, ApiToken},
    store,
    watch::Watch,
};
use crate::{
    ApiError,
    db::{AccessScope, Db, Organization, Outdated},
    project_parameters::Choices,
};

/// How long anything is kept at most.
pub const LIMIT: Duration = Duration::from_secs(30);
/// People kept at most.
const PEOPLE: u64 = 20_000;
/// Organizations kept at most.
const ORGANIZATIONS: u64 = 10_000;
/// Hosts of nobody that are kept, and how long: strangers neither fill the memory nor make the same one be asked for
/// again and again, and a new organization is there a moment later.
const ABSENT: u64 = 10_000;
const ABSENT_FOR: Duration = Duration::from_secs(3);

/// How an organization was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OrganizationKey {
    /// By the word in addresses.
    Slug(String),
    /// By a domain of its own.
    Host(String),
    /// By the id in a token.
    Id(OrganizationId),
    /// By the short id in an opaque credential.
    ShortId(String),
}

type TokenHash = [u8; 32];
type Tokens = HashMap<ApiTokenId, Arc<ApiToken>>;

/// The cache. Clones share it.
#[derive(Debug, Clone)]
pub struct AccessCache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    people: Cache<(OrganizationId, UserId), Arc<Person>>,
    organizations: Cache<OrganizationKey, Arc<Organization>>,
    /// Names by which no organization was found.
    absent: Cache<OrganizationKey, ()>,
    /// Which token a hash is of. A token keeps its hash and its person for life, so nothing of this ever changes.
    token_ids: Cache<(OrganizationId, TokenHash), (UserId, ApiTokenId)>,
    /// The tokens of those who have shown one, by person: what changes one changes one person's.
    tokens: Cache<(OrganizationId, UserId), Arc<Tokens>>,
    /// The lists that projects choose from.
    choices: Cache<OrganizationId, Arc<Choices>>,
    /// How often what was asked for was kept.
    looks: Looks,
    /// Those who wait to hear that something was forgotten.
    watch: Watch,
    /// Counts what was forgotten, so that a read can tell whether a change overtook it.
    forgotten: AtomicU64,
}

/// How often one kind of thing was asked for.
#[derive(Debug, Default)]
pub struct Look {
    hits: AtomicU64,
    misses: AtomicU64,
}

/// The same for each kind.
#[derive(Debug, Default)]
pub struct Looks {
    pub people: Look,
    pub organizations: Look,
    pub tokens: Look,
    pub choices: Look,
}

impl Look {
    fn note(&self, was_kept: bool) {
        let counter = if was_kept { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it was kept, and how often not.
    pub fn counted(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }
}

impl Default for AccessCache {
    fn default() -> Self {
        Self::with_limit(LIMIT)
    }
}

impl AccessCache {
    /// A cache that keeps nothing longer than this.
    pub fn with_limit(limit: Duration) -> Self {
        Self(Arc::new(Inner {
            people: Cache::builder()
                .max_capacity(PEOPLE)
                .time_to_live(limit)
                .support_invalidation_closures()
                .build(),
            organizations: Cache::builder()
                .max_capacity(ORGANIZATIONS)
                .time_to_live(limit)
                .support_invalidation_closures()
                .build(),
            absent: Cache::builder().max_capacity(ABSENT).time_to_live(limit.min(ABSENT_FOR)).build(),
            token_ids: Cache::builder().max_capacity(PEOPLE).time_to_live(limit).build(),
            tokens: Cache::builder()
                .max_capacity(PEOPLE)
                .time_to_live(limit)
                .support_invalidation_closures()
                .build(),
            choices: Cache::builder().max_capacity(ORGANIZATIONS).time_to_live(limit).build(),
            looks: Looks::default(),
            watch: Watch::default(),
            forgotten: AtomicU64::new(0),
        }))
    }

    /// The person; absent where there is none with this id in the organization. Where what is kept is not enough, the
    /// person is read anew: a session may have begun, or been confirmed, on another server a moment ago.
    pub async fn person(
        &self,
        db: &Db,
        organization: OrganizationId,
        user: UserId,
        is_enough: impl Fn(&Person) -> bool,
    ) -> Result<Option<Arc<Person>>, ApiError> {
        let key = (organization, user);
        let kept = self.0.people.get(&key).filter(|person| is_enough(person));
        self.0.looks.people.note(kept.is_some());
        if kept.is_some() {
            return Ok(kept);
        }
        let before = self.0.forgotten.load(Ordering::Acquire);
        let person = db.before_guards(organization, move |conn| store::find_person(conn, user)).await?;
        let Some(person) = person.map(Arc::new) else { return Ok(None) };
        self.keep(
            before,
            || self.0.people.insert(key, Arc::clone(&person)),
            || self.0.people.invalidate(&key),
        );
        Ok(Some(person))
    }

    /// The token with this hash; absent where the organization has none. Absence is not kept. A token that is not
    /// among those kept of its person may have been made on another server a moment ago, so they are then read anew.
    pub async fn token(
        &self,
        db: &Db,
        organization: OrganizationId,
        hash: TokenHash,
    ) -> Result<Option<Arc<ApiToken>>, ApiError> {
        let key = (organization, hash);
        let kept = self.0.token_ids.get(&key).and_then(|(user, token)| {
            self.0.tokens.get(&(organization, user)).and_then(|tokens| tokens.get(&token).cloned())
        });
        self.0.looks.tokens.note(kept.is_some());
        if kept.is_some() {
            return Ok(kept);
        }
        let before = self.0.forgotten.load(Ordering::Acquire);
        let found = db
            .before_guards(organization, move |conn| {
                let Some((user, token)) = api_token::store::find(conn, &hash)? else { return Ok(None) };
                Ok(Some((user, token, api_token::store::of_person(conn, user)?)))
            })
            .await?;
        let Some((user, token, tokens)) = found else { return Ok(None) };
        let tokens: Arc<Tokens> = Arc::new(tokens.into_iter().map(|(id, one)| (id, Arc::new(one))).collect());
        self.0.token_ids.insert(key, (user, token));
        let of = (organization, user);
        self.keep(before, || self.0.tokens.insert(of, Arc::clone(&tokens)), || self.0.tokens.invalidate(&of));
        Ok(tokens.get(&token).cloned())
    }

    /// The organization, where it is kept: asks nobody.
    pub fn kept_organization(&self, key: &OrganizationKey) -> Option<Arc<Organization>> {
        let kept = self.0.organizations.get(key);
        self.0.looks.organizations.note(kept.is_some());
        kept
    }

    /// How often what was asked for was kept.
    pub fn looks(&self) -> &Looks {
        &self.0.looks
    }

    /// Whether the token with this hash is kept.
    pub fn keeps_token(&self, organization: OrganizationId, hash: TokenHash) -> bool {
        self.0.token_ids.contains_key(&(organization, hash))
    }

    /// The organization; absent where there is none. Absence is kept for a moment.
    pub async fn organization(
        &self,
        db: &Db,
        key: OrganizationKey,
    ) -> Result<Option<Arc<Organization>>, ApiError> {
        if let Some(organization) = self.0.organizations.get(&key) {
            return Ok(Some(organization));
        }
        if self.0.absent.contains_key(&key) {
            return Ok(None);
        }
        let before = self.0.forgotten.load(Ordering::Acquire);
        let asked = key.clone();
        let organization = db
            .platform_before_guards(move |platform| match &asked {
                OrganizationKey::Slug(slug) => platform.organization_by_slug(slug),
                OrganizationKey::Host(host) => platform.organization_by_host(host),
                OrganizationKey::Id(id) => platform.organization_by_id(*id),
                OrganizationKey::ShortId(short_id) => platform.organization_by_short_id(short_id),
            })
            .await?;
        let Some(organization) = organization.map(Arc::new) else {
            self.keep(before, || self.0.absent.insert(key.clone(), ()), || self.0.absent.invalidate(&key));
            return Ok(None);
        };
        self.keep(
            before,
            || self.0.organizations.insert(key.clone(), Arc::clone(&organization)),
            || self.0.organizations.invalidate(&key),
        );
        Ok(Some(organization))
    }

    /// The lists that projects of the organization choose from: those kept, where they are enough, or as they are read
    /// now. A project may have an entry that was added on another server a moment ago.
    pub fn choices(
        &self,
        organization: OrganizationId,
        is_enough: impl FnOnce(&Choices) -> bool,
        read: impl FnOnce() -> Result<Choices, ApiError>,
    ) -> Result<Arc<Choices>, ApiError> {
        let kept = self.0.choices.get(&organization).filter(|choices| is_enough(choices));
        self.0.looks.choices.note(kept.is_some());
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let before = self.0.forgotten.load(Ordering::Acquire);
        let choices = Arc::new(read()?);
        self.keep(
            before,
            || self.0.choices.insert(organization, Arc::clone(&choices)),
            || self.0.choices.invalidate(&organization),
        );
        Ok(choices)
    }

    /// Keeps what was read, unless something was forgotten since the read began. The second look closes the gap
    /// between the first one and the insertion.
    fn keep(&self, before: u64, insert: impl FnOnce(), remove: impl FnOnce()) {
        if self.0.forgotten.load(Ordering::Acquire) != before {
            return;
        }
        insert();
        if self.0.forgotten.load(Ordering::Acquire) != before {
            remove();
        }
    }

    /// Forgets what is outdated.
    pub fn forget(&self, organization: OrganizationId, outdated: Outdated) {
        self.0.forgotten.fetch_add(1, Ordering::AcqRel);
        match outdated {
            Outdated::Choices => self.0.choices.invalidate(&organization),
            Outdated::Access(scope) => {
                self.forget_access(organization, scope);
                self.0.watch.wake(organization, scope);
            }
        }
    }

    fn forget_access(&self, organization: OrganizationId, scope: AccessScope) {
        match scope {
            AccessScope::User(user) => {
                self.0.people.invalidate(&(organization, user));
                self.0.tokens.invalidate(&(organization, user));
            }
            AccessScope::Everyone => {
                let people = self.0.people.invalidate_entries_if(move |(of, _), _| *of == organization);
                self.0.absent.invalidate_all();
                let names =
                    self.0.organizations.invalidate_entries_if(move |_, kept| kept.id == organization);
                let tokens = self.0.tokens.invalidate_entries_if(move |(of, _), _| *of == organization);
                if people.is_err() || names.is_err() || tokens.is_err() {
                    // Only where closures were not switched on; then nothing may be kept at all.
                    self.forget_all();
                }
            }
        }
    }

    /// Those who wait to hear that something was forgotten.
    pub fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.0.forgotten.fetch_add(1, Ordering::AcqRel);
        self.0.people.invalidate_all();
        self.0.organizations.invalidate_all();
        self.0.absent.invalidate_all();
        self.0.tokens.invalidate_all();
        self.0.choices.invalidate_all();
        self.0.watch.wake_all();
    }
}
