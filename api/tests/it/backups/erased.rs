//! An organization is copied for its client, and erased: from the first request to the certificate.

mod cancelled;
mod in_bucket;
mod interrupted;
mod projects;
mod two_workers;

use std::{fs, path::PathBuf};

use age::x25519::Identity;
use api::{
    config::{FilesConfig, MailWay, WorkConfig, backups::BackupConfig},
    db::migrate,
    files::Files,
    ops::{
        backup::Made,
        export::arriving,
        manifest,
        retention::{Place, SetKind},
        sealed::Opening,
    },
    work::Worker,
};
use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use shared::{
    ProblemCode,
    console::{
        ClientRequest, ClientRequestKind, ClientRequestState, DeliveryLink, ErasureCertificate,
        RequestStepKind, Team,
    },
    user::{ErasurePreview, User},
};

use super::{Scene, Vaults, files_below, holds, photo, plan};
use crate::{
    harness::{Answer, Client, Database, MailServer, TestApp, TestConsole, at, book_config, until},
    promises::catalogue::{line, lines, tenant_tables},
};

const OPERATIONS: &str = "operations@portico.test";
/// What is found wherever something of the organization is left.
const CANARY: &str = "Zarapito-trinador-4711";

/// What is done about an erasure, in order.
const ALL_STEPS: [RequestStepKind; 7] = [
    RequestStepKind::Request,
    RequestStepKind::Verify,
    RequestStepKind::Authorize,
    RequestStepKind::Execute,
    RequestStepKind::Finish,
    RequestStepKind::Deliver,
    RequestStepKind::Certify,
];

/// An installation with its console, three operators, and a worker.
struct Erasing {
    scene: Scene,
    /// A set of rows that was made before anybody asked.
    before: Made,
    _console: TestConsole,
    service: Client,
    other: Client,
    operations: Client,
    /// The client's own key.
    key: Identity,
    worker: Worker,
}

impl Erasing {
    fn start() -> Self {
        let scene = Scene::start();
        for organization in [&scene.app.acme, &scene.app.norte] {
            let admin = organization.admin(&scene.app);
            photo(&admin, [9, 9, 200]);
        }
        let admin = scene.app.acme.admin(&scene.app);
        admin.post("/projects", &json!({"name": CANARY})).expect(201);
        scene.files();
        // Time passes with it, and operators' sessions end.
        let before = scene.rows();
        let console = TestConsole::of(&scene.app);
        let worker = Worker::open(&config(&scene.app, &scene.vaults), scene.app.clock.clone());
        Self {
            service: console.enter("service@ops.example", &[Team::CustomerService]),
            other: console.enter("other@ops.example", &[Team::CustomerService]),
            operations: console.enter("operations@ops.example", &[Team::Operations]),
            key: Identity::generate(),
            worker: worker.expect("the worker comes in"),
            before,
            _console: console,
            scene,
        }
    }

    /// What a client asks for, written down.
    fn ask(&self, kind: ClientRequestKind) -> ClientRequest {
        let body = json!({
            "kind": kind, "slug": "acme", "requester": "Ada at Acme", "evidence": "A letter with her signature",
            "recipient": self.key.to_public().to_string(),
        });
        self.service.post(&at("/client-requests"), &body).expect(201).json()
    }

    fn step(who: &Client, request: &ClientRequest, step: &str) -> Answer {
        let body = match step {
            "execute" => json!({"slug": "acme"}),
            "refuse" | "withdraw" => json!({"because": "They have changed their mind"}),
            _ => json!({}),
        };
        who.post(&at(&format!("/client-requests/{}/{step}", request.id)), &body)
    }

    fn get(&self, request: &ClientRequest) -> ClientRequest {
        self.operations.get(&at(&format!("/client-requests/{}", request.id))).expect(200).json()
    }

    /// Lets so much time pass, and does all that is due then.
    fn after(&mut self, time: TimeDelta) {
        self.scene.app.clock.advance(time);
        self.worker.work_off().expect("the work is done");
    }

    /// Asked for, verified, authorized by somebody else, and handed to the worker.
    fn told_to_erase(&mut self) -> ClientRequest {
        self.told(ClientRequestKind::Erasure)
    }

    fn told(&mut self, kind: ClientRequestKind) -> ClientRequest {
        let request = self.ask(kind);
        self.after(TimeDelta::seconds(5));
        Self::step(&self.service, &request, "verify").expect(200);
        Self::step(&self.other, &request, "authorize").expect(200);
        Self::step(&self.operations, &request, "execute").expect(200).json()
    }

    fn deliveries(&self) -> Vec<PathBuf> {
        let folder = self.scene.app.database.files().join("deliveries/packages");
        if folder.exists() { files_below(&folder) } else { Vec::new() }
    }

    /// Takes the client's copy in elsewhere.
    fn take_in(&self, sealed: &[u8]) -> Database {
        let target = Database::empty();
        migrate::up(&target.url("portico_owner")).expect("the schema is made");
        let files = Files::open(&FilesConfig::Folder(target.files())).expect("a folder");
        let opened = Opening::begin(&self.key, sealed).expect("the client's key opens it");
        arriving::take_in(opened, &target.url("portico_owner"), &files, None).expect("it is taken in");
        target
    }
}

fn config(app: &TestApp, vaults: &Vaults) -> WorkConfig {
    let backups = vaults.backup_config(app.database.url("portico_backup"), app.database.files());
    WorkConfig {
        book: book_config(&app.database, Some(backups.stores.clone())),
        backups: Some(BackupConfig { ..backups }),
        operators_mail: vec![OPERATIONS.to_owned()],
        ..app.database.work_config(MailWay::Smtp(MailServer::shared().url()))
    }
}

/// Every row of an organization that an export has, by table.
fn exported(database: &Database, organization: &str) -> Vec<String> {
    let sql = &mut database.superuser();
    let mut tables = tenant_tables(sql);
    // Seals come behind what they seal.
    tables.retain(|table| !["audit_heads", "audit_seals"].contains(&table.as_str()));
    tables.retain(|table| !api::db::export::NOT_EXPORTED.iter().any(|(name, _)| name == table));
    let of = |table: &String| {
        let row = if table == "users" { "(to_jsonb(t) - 'password_hash')" } else { "to_jsonb(t)" };
        format!(
            "SELECT '{table} ' || {row}::text AS line FROM {table} t WHERE org_id = '{organization}' ORDER BY 1"
        )
    };
    tables.iter().flat_map(|table| lines(sql, &of(table))).collect()
}

/// Everything that a database holds, as text.
fn everything(database: &Database) -> String {
    super::all_rows(database).join("\n")
}

/// Everything that can be read in the sets of both stores with the backup environment's identity.
fn readable(vaults: &Vaults) -> (Vec<u8>, usize) {
    let (environment, mut bytes, mut unreadable) = (vaults.environment(), Vec::new(), 0);
    for place in [Place::Local, Place::OffSite] {
        for kind in SetKind::ALL {
            for (set, _) in manifest::sets(environment.store(place), kind).expect("a list") {
                let manifest = environment.manifest(place, &set).expect("it verifies");
                for stream in &manifest.streams {
                    let read = environment.rows(environment.store(place), stream, |head, rows| {
                        Ok(rows.rows(head.table.clone(), &mut bytes)?)
                    });
                    unreadable += usize::from(read.is_err());
                }
                for file in &manifest.files {
                    let read = environment.file(environment.store(place), file, &mut bytes);
                    unreadable += usize::from(read.is_err());
                }
            }
        }
    }
    (bytes, unreadable)
}

#[test]
fn from_the_first_request_to_the_certificate() {
    let mut erasing = Erasing::start();
    let (acme, norte) = (erasing.scene.app.acme.id.to_string(), erasing.scene.app.norte.id.to_string());
    assert!(readable(&erasing.scene.vaults).0.len() > 1000);
    assert!(holds(&readable(&erasing.scene.vaults).0, CANARY), "the search finds what is there");

    // What there is, is counted before anybody decides.
    let admin = erasing.scene.app.acme.admin(&erasing.scene.app);
    let request = erasing.told_to_erase();
    let of_norte = exported(&erasing.scene.app.database, &norte);
    let preview = request.preview.clone().expect("it was counted");
    assert!(preview.tables.iter().any(|table| table.table == "projects" && table.rows == 1), "{preview:?}");
    assert_eq!((preview.files, preview.sets > 0), (2, true));
    // Suspended at once, and nothing is copied before the last request is through.
    let host = erasing.scene.app.client(&erasing.scene.app.acme);
    erasing.after(TimeDelta::zero());
    until("nobody is let in", || admin.get("/projects").status == 403);
    assert_eq!(admin.get("/projects").problem().code, ProblemCode::OrganizationSuspended);
    assert!(erasing.deliveries().is_empty());
    let of_acme = exported(&erasing.scene.app.database, &acme);
    erasing.after(TimeDelta::seconds(30));
    let request = erasing.get(&request);
    assert_eq!(request.state, ClientRequestState::Executed, "{request:?}");
    assert!(request.execution.erased.iter().any(|table| table.table == "projects" && table.rows == 1));

    // Nothing is left of it here, and nothing is missing of the other one.
    let all = everything(&erasing.scene.app.database);
    let left: Vec<&str> = all.lines().filter(|line| line.contains(CANARY) || line.contains("acme")).collect();
    assert!(left.is_empty(), "something is left: {left:?}");
    assert!(exported(&erasing.scene.app.database, &norte) == of_norte, "the other one is unchanged");
    let of_files = erasing.scene.app.database.files().join(&acme);
    assert!(!of_files.exists() || files_below(&of_files).is_empty(), "its files are there");
    until("nobody knows the host", || host.get("/sign-in-page").status == 404);

    // The client's own copy comes by a link, and is all of it; nobody else opens it.
    let link: DeliveryLink = Erasing::step(&erasing.operations, &request, "deliver").expect(200).json();
    let path = link.path.strip_prefix("/api/v1").expect("a path of the API");
    let taken = erasing.scene.app.shared_client().get(path).expect(200);
    let package = request.package.clone().expect("a copy");
    assert_eq!(u64::try_from(taken.bytes.len()).expect("a number"), package.bytes);
    assert_eq!(blake3::hash(&taken.bytes).to_hex().to_string(), package.hash);
    assert!(!holds(&taken.bytes, CANARY));
    assert!(Opening::begin(&erasing.scene.vaults.identity, taken.bytes.as_slice()).is_err());
    let elsewhere = erasing.take_in(&taken.bytes);
    // The suspension itself is in its history.
    assert!(exported(&elsewhere, &acme) == of_acme, "not the same");
    for place in ["local", "off-site"] {
        let kept = files_below(&erasing.scene.vaults.at(place).join("packages"));
        assert!(kept.len() == 1 && fs::read(&kept[0]).expect("it is read") == taken.bytes, "{place}");
    }

    end_of_its_keys(erasing, &request, &link);
}

/// `portico ops erasure rewrite`, at production.
fn rewrite(erasing: &Erasing, request: &ClientRequest) {
    let (database, id) = (&erasing.scene.app.database, request.id.to_string());
    let arguments = ["ops", "erasure", "rewrite", "--request", &id];
    let url = database.url("portico_backup");
    let mut command = erasing.scene.vaults.production_program(&arguments, &url, &database.files());
    let output =
        command.env("PORTICO_OWNER_DATABASE_URL", database.url("portico_owner")).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("rewriting  public.\"projects\""), "{output:?}");
}

/// `portico ops erasure destroy-keys`, in the backup environment.
fn destroy_keys(erasing: &Erasing, request: &ClientRequest) -> ErasureCertificate {
    let (id, acme) = (request.id.to_string(), request.organization.to_string());
    let norte = erasing.scene.app.norte.id.to_string();
    let run = |more: &[&str]| {
        let arguments = [&["ops", "erasure", "destroy-keys", "--request", &id][..], more].concat();
        erasing.scene.vaults.program(&arguments)
    };
    let listed = erasing.scene.vaults.program(&["ops", "erasure", "list"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains(&id), "{listed:?}");
    for (more, why) in
        [(&[][..], "--organization"), (&["--organization", &norte][..], "nothing was destroyed")]
    {
        let refused = run(more);
        assert!(
            !refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains(why),
            "{refused:?}"
        );
        assert!(holds(&readable(&erasing.scene.vaults).0, CANARY), "nothing is destroyed yet");
    }
    let done = run(&["--organization", &acme]);
    assert!(done.status.success(), "{done:?}");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let json = said.find('{').map(|at| &said[at..]).expect("a certificate");
    serde_json::from_str(json).expect("it is read")
}

/// Whether the canary lies in a file of the database.
fn in_files(database: &Database) -> bool {
    let sql = &mut database.superuser();
    // What is in memory is written, and what is not used any more goes.
    sql.batch_execute("CHECKPOINT").expect("it is written");
    let folder = "SELECT current_setting('data_directory') || '/base/' || oid AS line FROM pg_database
                  WHERE datname = current_database()";
    let files = files_below(PathBuf::from(line(sql, folder)).as_path());
    files.iter().any(|file| holds(&fs::read(file).unwrap_or_default(), CANARY))
}

/// As long as its keys are there, older sets hold it; then none does, and the others' are whole.
fn end_of_its_keys(mut erasing: Erasing, request: &ClientRequest, link: &DeliveryLink) {
    let (acme, norte) = (erasing.scene.app.acme.id.to_string(), erasing.scene.app.norte.id.to_string());
    let path = link.path.strip_prefix("/api/v1").expect("a path of the API");
    let environment = erasing.scene.vaults.environment();
    let refused = environment.destroy_keys(request.id, "ada", erasing.scene.app.clock.now());
    assert!(refused.expect_err("not written anew").to_string().contains("were not written anew yet"));
    assert!(holds(&readable(&erasing.scene.vaults).0, CANARY));
    let clock = erasing.scene.app.clock.clone();
    // Until its tables are written anew, dead rows lie in the database's files, which base backups take along.
    assert!(in_files(&erasing.scene.app.database));
    rewrite(&erasing, request);
    assert!(!in_files(&erasing.scene.app.database), "dead rows are left");
    erasing.after(TimeDelta::seconds(5));
    let said = destroy_keys(&erasing, request);
    assert!(said.sets.len() >= 4 && said.keys.len() == 1, "{said:?}");
    let (bytes, unreadable) = readable(&erasing.scene.vaults);
    assert!(!holds(&bytes, CANARY) && !holds(&bytes, "acme"), "a set holds something of it");
    assert!(unreadable >= 4 && holds(&bytes, "norte"), "{unreadable}");
    for vault in ["vault", "second-vault"] {
        let folder = erasing.scene.vaults.at(vault).join(&acme);
        assert!(!folder.exists() || files_below(&folder).is_empty(), "{vault}");
    }
    erasing.after(TimeDelta::seconds(5));
    let request = erasing.get(request);
    assert_eq!(request.state, ClientRequestState::Certified);
    assert_eq!(request.certificate.as_ref(), Some(&said));
    let steps: Vec<RequestStepKind> = request.steps.iter().map(|step| step.step).collect();
    assert_eq!(steps, ALL_STEPS);

    // A set of before verifies as far as anybody can read it, and comes back without the organization.
    let verified = environment.verify(Place::OffSite, &erasing.before.manifest.set).expect("it holds");
    assert!(verified.rows > 0);
    let target = Database::empty();
    let restored = environment.restore(&plan(&erasing.before, &target)).expect("it comes back");
    assert_eq!((restored.organizations, restored.erased), (1, vec![erasing.scene.app.acme.id]));
    assert!(exported(&target, &norte).len() > 100);
    assert!(!everything(&target).contains(CANARY));
    let id = erasing.scene.app.acme.id;
    let alone = environment.restore_one(
        Place::OffSite,
        &erasing.before.manifest.set,
        id,
        &target.url("portico_owner"),
        None,
        None,
    );
    assert!(alone.expect_err("erased").to_string().contains("was erased"));

    // Each step is in the book, which verifies.
    let sql = &mut erasing.scene.app.database.superuser();
    let book = lines(sql, "SELECT action AS line FROM operations_book ORDER BY sequence");
    for action in [
        "ask_client_request",
        "verify_client_request",
        "authorize_client_request",
        "execute_client_request",
        "erase_organization",
        "deliver_client_copy",
        "destroy_keys",
    ] {
        assert_eq!(book.iter().filter(|one| *one == action).count(), 1, "{action} in {book:?}");
    }
    // The copy goes when its time is over, everywhere.
    erasing.after(TimeDelta::days(31));
    assert!(erasing.deliveries().is_empty());
    assert_eq!(erasing.scene.app.shared_client().get(path).status, 404);
    // It counts from when the organization was gone, which may be up to a week after the copy was made.
    clock.advance(TimeDelta::days(7));
    for place in [Place::Local, Place::OffSite] {
        let pruned = environment.prune(place, clock.now()).expect("it is pruned");
        assert_eq!(pruned.packages, 1);
    }
}

#[test]
fn a_copy_is_made_while_people_work_and_the_link_ends() {
    let mut erasing = Erasing::start();
    let request = erasing.told(ClientRequestKind::Copy);
    erasing.after(TimeDelta::zero());
    let request = erasing.get(&request);
    assert_eq!(request.state, ClientRequestState::Executed, "{request:?}");
    let host = erasing.scene.app.client(&erasing.scene.app.acme);
    assert_eq!(host.get("/sign-in-page").status, 200, "nobody is kept out");
    let first: DeliveryLink = Erasing::step(&erasing.operations, &request, "deliver").expect(200).json();
    let second: DeliveryLink = Erasing::step(&erasing.operations, &request, "deliver").expect(200).json();
    let get = |link: &DeliveryLink| host.get(link.path.strip_prefix("/api/v1").expect("a path"));
    assert_eq!(get(&first).status, 404, "the newer one counts");
    let taken = get(&second).expect(200);
    erasing.take_in(&taken.bytes);
    let after = erasing.get(&request);
    assert_eq!(after.state, ClientRequestState::Delivered);
    assert!(after.package.is_some_and(|package| package.taken_at.is_some()));
    for path in ["/deliveries/x", &format!("/deliveries/{}", "A".repeat(43))] {
        assert_eq!(host.get(path).status, 404);
    }
    erasing.scene.app.clock.advance(TimeDelta::days(7));
    assert_eq!(get(&second).status, 404, "its time is over");
    let acme = erasing.scene.app.acme.id.to_string();
    let there = format!("SELECT state AS line FROM organizations WHERE id = '{acme}'");
    assert_eq!(line(&mut erasing.scene.app.database.superuser(), &there), "active");
}

#[test]
fn a_person_who_was_erased_is_erased_again_in_what_is_brought_back() {
    let mut erasing = Erasing::start();
    let admin = erasing.scene.app.acme.admin(&erasing.scene.app);
    let new = json!({"email": "zuleika@people.example", "first_name": "Zuleika", "last_name": "Trinadora"});
    let made: User = admin.post("/users", &new).expect(201).json();
    let set = erasing.scene.rows();
    let admin = erasing.scene.app.acme.admin(&erasing.scene.app);
    let act = |name: &str, version| {
        let path = format!("/users/{}/{name}", made.id);
        admin.send(ureq::http::Method::POST, &path, Some(version), None).expect(200).json::<User>()
    };
    let preview: ErasurePreview = admin.get(&format!("/users/{}/erasure", made.id)).expect(200).json();
    assert!(preview.backups_lapse_on > erasing.scene.app.clock.now().date_naive() + TimeDelta::days(300));
    let idle = act("deactivate", made.version);
    act("erase", idle.version);
    erasing.after(TimeDelta::seconds(5));
    let entered = "SELECT count(*)::text AS line FROM erasures WHERE entered_at IS NOT NULL";
    assert_eq!(line(&mut erasing.scene.app.database.superuser(), entered), "1");
    // What was made before has them, as far as anybody can read it.
    assert!(holds(&readable(&erasing.scene.vaults).0, "zuleika@people.example"));
    let target = Database::empty();
    let restored = erasing.scene.vaults.environment().restore(&plan(&set, &target)).expect("it comes back");
    assert_eq!((restored.erased, restored.erased_persons), (Vec::new(), 1));
    let all = everything(&target);
    assert!(!all.contains("zuleika@people.example") && !all.contains("Trinadora"), "they are back");
    assert!(all.contains("@erased.invalid"));
    // One organization alone, too.
    let other = Database::empty();
    migrate::up(&other.url("portico_owner")).expect("the schema is made");
    let (id, url) = (erasing.scene.app.acme.id, other.url("portico_owner"));
    let environment = erasing.scene.vaults.environment();
    environment.restore_one(Place::OffSite, &set.manifest.set, id, &url, None, None).expect("it comes back");
    assert!(!everything(&other).contains("zuleika@people.example"));
}
