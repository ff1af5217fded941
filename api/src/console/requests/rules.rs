//! What may be done next about a request, and by whom. Which team somebody is of, the guards have looked at.

use shared::{
    console::{ClientRequest, ClientRequestKind, ClientRequestState as State, RequestStepKind as Step},
    ids::OperatorId,
};

/// What is refused, in a sentence.
pub type Refusal = &'static str;

/// The state after a step that an operator makes.
pub fn next(request: &ClientRequest, step: Step, by: OperatorId) -> Result<State, Refusal> {
    match (step, request.state) {
        (Step::Verify, State::Requested) => Ok(State::Verified),
        (Step::Verify, _) => Err("Only what was just requested is verified."),
        (Step::Authorize, State::Verified) if has_verified(request, by) => Err(
            "Whoever has verified it does not authorize it: that is for somebody else of customer service.",
        ),
        (Step::Authorize, State::Verified) => Ok(State::Authorized),
        (Step::Authorize, _) => Err("Only what was verified is authorized."),
        (Step::Execute, State::Authorized) if has_decided(request, by) => {
            Err("Whoever has verified or authorized it does not carry it out: that is for somebody else.")
        }
        (Step::Execute, State::Authorized) => match request.preview {
            Some(_) => Ok(State::Executing),
            None => Err("The worker has not counted yet what there is: wait a moment."),
        },
        (Step::Execute, _) => Err("Only what was authorized is carried out."),
        (Step::Refuse, State::Requested | State::Verified | State::Authorized) => Ok(State::Refused),
        (Step::Withdraw, State::Requested | State::Verified | State::Authorized) => Ok(State::Withdrawn),
        (Step::Refuse | Step::Withdraw, _) => {
            Err("What is carried out, or is over, cannot be called off any more.")
        }
        (Step::Deliver, state) => deliver(request, state),
        (Step::Request | Step::Cancel | Step::Finish | Step::Rewrite | Step::Certify, _) => {
            Err("That is not a step that an operator makes at the console.")
        }
    }
}

/// A link may be given as often as it is needed, as long as the copy is there.
fn deliver(request: &ClientRequest, state: State) -> Result<State, Refusal> {
    if request.package.as_ref().is_none_or(|package| package.removed_at.is_some()) {
        return Err("There is no copy to be delivered.");
    }
    match (request.kind, state) {
        (ClientRequestKind::Copy, State::Executed | State::Delivered) => Ok(State::Delivered),
        (
            ClientRequestKind::Erasure | ClientRequestKind::ProjectErasure,
            State::Executed | State::Certified,
        ) => Ok(state),
        _ => Err("The copy is not whole yet."),
    }
}

fn has_decided(request: &ClientRequest, by: OperatorId) -> bool {
    let decides = |step: &Step| matches!(step, Step::Verify | Step::Authorize);
    request.steps.iter().any(|one| decides(&one.step) && one.operator == Some(by))
}

/// Whether two operators have decided on it, and a third has told the worker: the worker looks once more.
pub fn is_authorized(request: &ClientRequest) -> bool {
    let last =
        |kind: Step| request.steps.iter().rev().find(|one| one.step == kind).and_then(|one| one.operator);
    match (last(Step::Verify), last(Step::Authorize), last(Step::Execute)) {
        (Some(one), Some(other), Some(third)) => one != other && third != one && third != other,
        _ => false,
    }
}

fn has_verified(request: &ClientRequest, by: OperatorId) -> bool {
    let verified = request.steps.iter().rev().find(|step| step.step == Step::Verify);
    verified.is_none_or(|step| step.operator == Some(by))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use shared::console::{ErasurePreview, Execution, Package, RequestStep};
    use uuid::Uuid;

    use super::*;

    fn who(number: u128) -> OperatorId {
        OperatorId(Uuid::from_u128(number))
    }

    fn request(kind: ClientRequestKind, state: State) -> ClientRequest {
        let step = |step, by| RequestStep {
            step,
            at: DateTime::UNIX_EPOCH,
            operator: Some(who(by)),
            by: "somebody".to_owned(),
            note: None,
        };
        ClientRequest {
            id: Uuid::from_u128(1).into(),
            kind,
            organization: Uuid::from_u128(2).into(),
            slug: Some("atlas".to_owned()),
            name: Some("Atlas".to_owned()),
            requester: "Ada".to_owned(),
            evidence: "A letter".to_owned(),
            recipient: "age1".to_owned(),
            projects: Vec::new(),
            state,
            steps: vec![step(Step::Request, 1), step(Step::Verify, 1)],
            preview: Some(ErasurePreview {
                at: DateTime::UNIX_EPOCH,
                tables: Vec::new(),
                files: 0,
                file_bytes: 0,
                sets: 0,
            }),
            package: Some(Package {
                made_at: DateTime::UNIX_EPOCH,
                bytes: 1,
                hash: String::new(),
                rows: 1,
                files: 0,
                kept_until: DateTime::UNIX_EPOCH,
                link_until: None,
                taken_at: None,
                removed_at: None,
            }),
            execution: Execution::default(),
            certificate: None,
            certificate_signed: None,
        }
    }

    #[test]
    fn every_step_from_every_state() {
        for kind in ClientRequestKind::ALL {
            for state in State::ALL {
                let one = request(*kind, *state);
                for step in Step::ALL {
                    let is_open = matches!(state, State::Requested | State::Verified | State::Authorized);
                    let expected = match (step, state) {
                        (Step::Verify, State::Requested) => Some(State::Verified),
                        (Step::Authorize, State::Verified) => Some(State::Authorized),
                        (Step::Execute, State::Authorized) => Some(State::Executing),
                        (Step::Refuse, _) if is_open => Some(State::Refused),
                        (Step::Withdraw, _) if is_open => Some(State::Withdrawn),
                        (Step::Deliver, State::Executed | State::Delivered)
                            if *kind == ClientRequestKind::Copy =>
                        {
                            Some(State::Delivered)
                        }
                        (Step::Deliver, State::Executed | State::Certified) if kind.erases() => Some(*state),
                        _ => None,
                    };
                    assert_eq!(next(&one, *step, who(2)).ok(), expected, "{kind} {state} {step}");
                }
            }
        }
    }

    #[test]
    fn two_persons_are_needed_and_what_is_not_there_is_not_done() {
        let verified = request(ClientRequestKind::Copy, State::Verified);
        assert!(
            next(&verified, Step::Authorize, who(1)).is_err()
                && next(&verified, Step::Authorize, who(2)).is_ok()
        );
        let nobody = ClientRequest { steps: Vec::new(), ..verified };
        assert!(next(&nobody, Step::Authorize, who(2)).is_err(), "nobody has verified it");
        assert!(
            next(&request(ClientRequestKind::Erasure, State::Authorized), Step::Execute, who(1)).is_err()
        );
        let uncounted =
            ClientRequest { preview: None, ..request(ClientRequestKind::Erasure, State::Authorized) };
        assert!(next(&uncounted, Step::Execute, who(3)).is_err());
        let gone = request(ClientRequestKind::Copy, State::Delivered);
        let package =
            gone.package.clone().map(|one| Package { removed_at: Some(DateTime::UNIX_EPOCH), ..one });
        for package in [None, package] {
            assert!(next(&ClientRequest { package, ..gone.clone() }, Step::Deliver, who(3)).is_err());
        }
    }

    #[test]
    fn the_worker_wants_three_persons() {
        let by = |of: &[(Step, u128)]| {
            let step = |(step, by): &(Step, u128)| RequestStep {
                step: *step,
                at: DateTime::UNIX_EPOCH,
                operator: Some(who(*by)),
                by: String::new(),
                note: None,
            };
            let steps = of.iter().map(step).collect();
            is_authorized(&ClientRequest { steps, ..request(ClientRequestKind::Copy, State::Executing) })
        };
        for (steps, expected) in [
            (&[(Step::Verify, 1), (Step::Authorize, 2), (Step::Execute, 3)][..], true),
            (&[(Step::Verify, 1), (Step::Authorize, 1), (Step::Execute, 3)][..], false),
            (&[(Step::Verify, 1), (Step::Authorize, 2), (Step::Execute, 2)][..], false),
            (&[(Step::Verify, 1), (Step::Authorize, 2), (Step::Execute, 1)][..], false),
            (&[(Step::Authorize, 2), (Step::Execute, 3)][..], false),
            (&[(Step::Verify, 1), (Step::Authorize, 2)][..], false),
            (&[][..], false),
        ] {
            assert_eq!(by(steps), expected, "{steps:?}");
        }
    }
}
