//! Team: who works on the project, as what, and what that is worth today.

use leptos::{ev, prelude::*};
use shared::{
    Menu, Operation, Position, Violation, ViolationCode,
    check::Violations,
    ids::UserId,
    project::{CandidateFilter, NewTeamMember, TeamMember},
    user::UserName,
};

use super::{Opened, member::Member};
use crate::{
    api::{self, Failure, Load, Loader},
    locales::{project as t, projects},
    search::rested,
    ui::{
        Button, ButtonKind, Dialog, EmptyState, FailureNotice, Form, FormActions, FormState, Icon, Person,
        PersonPicker, Radios, SkeletonTable, Toasts,
    },
};

#[component]
pub(super) fn Team(opened: Opened) -> impl IntoView {
    let team = Loader::new(move || async move {
        let outcome = api::get::<Vec<TeamMember>>(&format!("{}/team", opened.path())).await;
        if let Err(failure) = &outcome {
            opened.heed(failure);
        }
        outcome
    });
    // Positions are lowered by what happens elsewhere: a role, a licence.
    let returned = window_event_listener(ev::focus, move |_| team.reload());
    on_cleanup(move || returned.remove());
    let adding = RwSignal::new(false);
    let may_add = Memo::new(move |_| opened.may(Menu::ProjectTeam, Operation::Insert));
    let add = move || {
        view! {
            <Show when=move || may_add.get()>
                <Button
                    label=t::add_person()
                    icon=Icon::Plus
                    kind=ButtonKind::Primary
                    on_press=move |()| adding.set(true)
                />
            </Show>
        }
    };
    // Rows stay while their people change, so that the focus stays with them.
    let people = Memo::new(move |known: Option<&Vec<UserId>>| {
        let members = team.value();
        members.map_or_else(
            || known.cloned().unwrap_or_default(),
            |members| members.iter().map(|member| member.user.id).collect::<Vec<_>>(),
        )
    });
    let phase = Memo::new(move |_| match team.get() {
        Load::Waiting => Load::Waiting,
        Load::Ready(members) => Load::Ready(members.is_empty()),
        Load::Failed(failure) => Load::Failed(failure),
    });
    let row = move |user: UserId| view! { <Member user team opened /> };
    let list = move || {
        let count = move || i64::try_from(people.with(Vec::len)).unwrap_or(i64::MAX);
        view! {
            <div class="row-spread">
                <p class="muted numeric" role="status">
                    {move || t::people(count())}
                </p>
                {add()}
            </div>
            <ul class="members" aria-label=t::team()>
                <For each=move || people.get() key=|user| *user children=row />
            </ul>
        }
    };
    let body = move || match phase.get() {
        Load::Waiting => view! { <SkeletonTable columns=3 rows=4 /> }.into_any(),
        Load::Failed(failure) => {
            let retry = Callback::new(move |()| team.reload());
            view! { <FailureNotice failure on_retry=retry /> }.into_any()
        }
        Load::Ready(true) => {
            let text = if may_add.get() { t::team_empty_text() } else { t::team_empty_wait() };
            view! {
                <EmptyState icon=Icon::Team title=t::team_empty() text>
                    {add()}
                </EmptyState>
            }
            .into_any()
        }
        Load::Ready(false) => list().into_any(),
    };
    view! {
        <section class="measure-wide stack" aria-label=t::team()>
            {body}
        </section>
        <Dialog title=t::add_person() open=adding>
            <AddPerson team opened open=adding />
        </Dialog>
    }
}

#[component]
fn AddPerson(team: Loader<Vec<TeamMember>>, opened: Opened, open: RwSignal<bool>) -> impl IntoView {
    let toasts = Toasts::expect();
    let (person, position) = (RwSignal::new(None::<Person>), RwSignal::new(Position::TeamMember));
    let query = RwSignal::new(String::new());
    let q = rested(query);
    let candidates = Loader::new(move || {
        let filter = serde_urlencoded::to_string(CandidateFilter { q: q.get() }).unwrap_or_default();
        async move { api::get::<Vec<UserName>>(&format!("{}/team/candidates?{filter}", opened.path())).await }
    });
    let people = Signal::derive(move || {
        let found = candidates.value().unwrap_or_default().into_iter();
        found
            .map(|one| Person { id: one.id.to_string(), name: one.name, detail: one.email })
            .collect::<Vec<_>>()
    });
    let check = move || {
        let mut violations = Violations::default();
        let given = person.with(Option::is_some);
        let missing = || Violation::new(ViolationCode::Required, "A person is needed.");
        violations.add("/user_id", if given { Ok(()) } else { Err(missing()) });
        violations
    };
    let form = FormState::new(check, move || person.with(Option::is_some));
    let send = move || {
        let chosen = person.get_untracked();
        let new = chosen.and_then(|person| Some((person.id.parse().ok()?, person.name)));
        let position = position.get_untracked();
        async move {
            let Some((user_id, name)) = new else { return Ok(()) };
            let path = format!("{}/team", opened.path());
            let outcome: Result<TeamMember, Failure> =
                api::post(&path, &NewTeamMember { user_id, position }).await;
            if let Err(failure) = outcome {
                opened.heed(&failure);
                return Err(failure);
            }
            toasts.done(t::added(&name));
            team.reload();
            opened.loader.reload();
            open.set(false);
            Ok(())
        }
    };
    let choice = |position: Position| {
        let help = Some(t::position_help(position).to_owned());
        (position, projects::position(position).to_owned(), help)
    };
    view! {
        <Form state=form send>
            <PersonPicker
                label=t::person()
                value=person
                people
                query
                pointer="/user_id"
                help=t::candidates_help()
            />
            <Radios
                legend=t::position()
                value=position
                choices=Position::ALL.map(choice).to_vec()
                pointer="/position"
            />
            <FormActions label=t::add_person() on_cancel=move |()| open.set(false) />
        </Form>
    }
}
