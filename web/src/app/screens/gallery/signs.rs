//! People, badges, progress, notices, what stands in for data, icons.

use leptos::prelude::*;
use shared::{Problem, ProblemCode, problem::Seats};

use crate::{
    api::Failure,
    ui::{
        Avatar, Badge, Button, ButtonKind, Chain, ChainLink, Copyable, EmptyState, FailureNotice, Icon,
        IconView, LinkState, Notice, PersonName, Progress, SkeletonTable, SkeletonText, Tone,
    },
};

pub(super) fn chain() -> impl IntoView {
    use LinkState::{Holds, Missing, NotAsked};
    let links = vec![
        ChainLink::new(Holds, "The account is active and can sign in"),
        ChainLink::new(NotAsked, "Role Team Member")
            .with_parts(vec![(Holds, "The licence is held".to_owned()), (Missing, "Not granted".to_owned())]),
        ChainLink::new(Missing, "No position on this project")
            .with_detail("My Projects shows only projects with one."),
    ];
    view! { <Chain label="A chain" links /> }
}

pub(super) fn people() -> impl IntoView {
    let people = super::controls::people();
    let avatars = people.iter().map(|person| view! { <Avatar name=person.name.clone() /> }).collect_view();
    let badges = Tone::ALL.map(|tone| view! { <Badge label=format!("{tone:?}") tone /> }).collect_view();
    view! {
        <div class="row">
            <Avatar name="Ana López" large=true />
            {avatars}
            <PersonName name="Carla Núñez" detail="carla@example.org" />
            <PersonName name="David Kim" />
        </div>
        <div class="row">
            {badges}
            <Badge label="On track" tone=Tone::Good dot=true />
            <Badge label="At risk" tone=Tone::Warning dot=true />
            <Badge label="Late" tone=Tone::Bad dot=true />
            <Badge label="Lowered" tone=Tone::Warning hint="The licence ended on 1 Nov 2026." />
        </div>
        <div class="measure">
            <Copyable label="Head" text="264:5GGkJqQVXY8767OeVRdnJXFpVzmzUEqrZEHGMc3xJ0A" />
        </div>
        <div class="cards">
            <Progress label="Project manager" value=4.0 maximum=10.0 figure="4 of 10 seats" />
            <Progress label="Team member" value=23.0 maximum=25.0 figure="23 of 25 seats" tone=Tone::Warning />
            <Progress label="Full access" value=3.0 maximum=3.0 figure="3 of 3 seats" tone=Tone::Bad />
            <Progress label="Done" value=100.0 maximum=100.0 figure="100 %" tone=Tone::Good />
            <Progress label="Sending" value=0.0 maximum=1.0 figure="12.4 MB so far" unknown=true />
        </div>
    }
}

pub(super) fn tones() -> impl IntoView {
    view! {
        <div class="stack measure">
            <Notice tone=Tone::Neutral title="This project is archived" />
            <Notice tone=Tone::Info title="New people get the role Team Member">
                <p>"You can make another role the default on its screen."</p>
            </Notice>
            <Notice tone=Tone::Good title="All seats are covered" />
            <Notice tone=Tone::Warning title="The licence ends on 30 Nov 2026">
                <p>"From then on, roles with this licence grant nothing."</p>
            </Notice>
        </div>
    }
}

fn refused(problem: Problem) -> Failure {
    Failure::Refused(Box::new(problem))
}

pub(super) fn loading() -> impl IntoView {
    let seats = Seats { licence_type: "project_manager".to_owned(), used: 50, held: Some(50) };
    let internal = Problem {
        request_id: Some("0198c2a4-7b1e-7000-9d41-2f6f5a0c11aa".to_owned()),
        ..Problem::new(ProblemCode::Internal)
    };
    view! {
        <div class="stack">
            <SkeletonText />
            <SkeletonTable rows=3 />
            <EmptyState
                icon=Icon::Folder
                title="No projects yet"
                text="A project holds its people, dates and documents. Add the first one to begin."
            >
                <Button label="Add project" kind=ButtonKind::Primary icon=Icon::Plus on_press=|()| () />
            </EmptyState>
            <FailureNotice failure=Failure::Unreachable on_retry=|()| () />
            <FailureNotice failure=refused(internal) on_retry=|()| () />
            <FailureNotice failure=refused(Problem { seats: Some(seats), ..Problem::new(ProblemCode::NoSeatFree) }) />
        </div>
    }
}

pub(super) fn icons() -> impl IntoView {
    let icon = |icon: &Icon| {
        let icon = *icon;
        view! {
            <li class="gallery-icon">
                <IconView icon />
                <span>{format!("{icon:?}")}</span>
            </li>
        }
    };
    view! { <ul class="gallery-icons">{Icon::ALL.iter().map(icon).collect_view()}</ul> }
}
