//! Who does what next about a request. What is done the API decides; this decides what is shown.

use shared::{
    console::{ClientRequest, ClientRequestState, OperatorSession, RequestStepKind, Team},
    ids::OperatorId,
};

/// What operators do about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Verify,
    Authorize,
    Execute,
    Deliver,
    Refuse,
    Withdraw,
}

impl Act {
    /// The team that does it.
    const fn team(self) -> Team {
        match self {
            Self::Verify | Self::Authorize | Self::Refuse | Self::Withdraw => Team::CustomerService,
            Self::Execute | Self::Deliver => Team::Operations,
        }
    }

    /// The last part of its address.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Authorize => "authorize",
            Self::Execute => "execute",
            Self::Deliver => "deliver",
            Self::Refuse => "refuse",
            Self::Withdraw => "withdraw",
        }
    }

    /// Whether the request is there yet, and not beyond it.
    fn fits(self, request: &ClientRequest) -> bool {
        let state = request.state;
        match self {
            Self::Verify => state == ClientRequestState::Requested,
            Self::Authorize => state == ClientRequestState::Verified,
            // Whoever executes types the word in the addresses, which is gone with the organization.
            Self::Execute => state == ClientRequestState::Authorized && request.slug.is_some(),
            Self::Deliver => has_package(request),
            Self::Refuse | Self::Withdraw => is_open(state),
        }
    }

    /// Whether this operator does it with the request as it is.
    pub(super) fn is_for(self, operator: &OperatorSession, request: &ClientRequest) -> bool {
        let is_other = match self {
            Self::Authorize => verifier(request) != Some(operator.operator),
            Self::Execute => !has_decided(request, operator.operator),
            Self::Verify | Self::Deliver | Self::Refuse | Self::Withdraw => true,
        };
        operator.teams.contains(&self.team()) && is_other && self.fits(request)
    }
}

/// What has to happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// An operator does something at the console.
    Operator(Act),
    /// The worker goes on.
    Worker,
    /// Somebody writes the erased tables anew, at production's shell.
    Rewrite,
    /// Somebody destroys the keys, at the backup environment's shell.
    DestroyKeys,
    /// Nothing.
    Nothing,
}

impl Next {
    pub(super) fn of(request: &ClientRequest) -> Self {
        let was_delivered = request.steps.iter().any(|step| step.step == RequestStepKind::Deliver);
        match request.state {
            ClientRequestState::Requested => Self::Operator(Act::Verify),
            ClientRequestState::Verified => Self::Operator(Act::Authorize),
            ClientRequestState::Authorized => Self::Operator(Act::Execute),
            ClientRequestState::Executing => Self::Worker,
            ClientRequestState::Executed | ClientRequestState::Delivered
                if has_package(request) && !was_delivered =>
            {
                Self::Operator(Act::Deliver)
            }
            ClientRequestState::Executed | ClientRequestState::Delivered if request.kind.erases() => {
                if request.execution.rewritten_at.is_none() {
                    Self::Rewrite
                } else {
                    Self::DestroyKeys
                }
            }
            ClientRequestState::Executed
            | ClientRequestState::Delivered
            | ClientRequestState::Certified
            | ClientRequestState::Refused
            | ClientRequestState::Withdrawn => Self::Nothing,
        }
    }
}

/// Whether nothing was done yet that cannot be taken back.
const fn is_open(state: ClientRequestState) -> bool {
    matches!(
        state,
        ClientRequestState::Requested | ClientRequestState::Verified | ClientRequestState::Authorized
    )
}

/// Whether there is a copy to be handed over.
pub(super) fn has_package(request: &ClientRequest) -> bool {
    request.package.as_ref().is_some_and(|package| package.removed_at.is_none())
}

/// Who verified that the client asks for it.
pub(super) fn verifier(request: &ClientRequest) -> Option<OperatorId> {
    request.steps.iter().rev().find(|step| step.step == RequestStepKind::Verify)?.operator
}

/// Whether somebody has verified it or authorized it.
fn has_decided(request: &ClientRequest, operator: OperatorId) -> bool {
    let decides =
        |step: RequestStepKind| matches!(step, RequestStepKind::Verify | RequestStepKind::Authorize);
    request.steps.iter().any(|step| decides(step.step) && step.operator == Some(operator))
}

/// Whether something changes without anybody doing anything at the console, so that it is worth to look again.
pub(super) fn is_moving(request: &ClientRequest) -> bool {
    request.state == ClientRequestState::Executing || is_open(request.state) && request.preview.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::console::ClientRequestKind;

    const ADA: &str = "01900000-0000-7000-8000-00000000000a";
    const EVA: &str = "01900000-0000-7000-8000-00000000000e";

    fn request(kind: ClientRequestKind, state: ClientRequestState) -> ClientRequest {
        let verified =
            json!({ "step": "verify", "at": "2026-11-29T10:00:00Z", "operator": ADA, "by": "ada@ops" });
        serde_json::from_value(json!({
            "id": "01900000-0000-7000-8000-000000000001", "kind": kind.key(),
            "organization": "01900000-0000-7000-8000-000000000002", "slug": "atlas", "name": "Atlas",
            "requester": "Ana", "evidence": "A letter", "recipient": "age1", "state": state.key(),
            "steps": [verified], "projects": [],
            "execution": { "erased": [] },
        }))
        .unwrap()
    }

    fn with_package(mut request: ClientRequest) -> ClientRequest {
        let package = json!({
            "made_at": "2026-11-29T10:00:00Z", "bytes": 1, "hash": "00", "rows": 1, "files": 0,
            "kept_until": "2026-12-29T10:00:00Z",
        });
        request.package = serde_json::from_value(package).unwrap();
        request
    }

    fn operator(id: &str, teams: &[Team]) -> OperatorSession {
        serde_json::from_value(json!({
            "operator": id, "email": "e", "name": "n", "teams": teams, "expires_at": "2026-11-29T10:00:00Z",
        }))
        .unwrap()
    }

    #[test]
    fn nobody_authorizes_what_they_have_verified() {
        let verified = request(ClientRequestKind::Erasure, ClientRequestState::Verified);
        assert!(!Act::Authorize.is_for(&operator(ADA, &[Team::CustomerService]), &verified));
        assert!(Act::Authorize.is_for(&operator(EVA, &[Team::CustomerService]), &verified));
        assert!(!Act::Authorize.is_for(&operator(EVA, &[Team::Operations, Team::Security]), &verified));
    }

    #[test]
    fn operations_executes_what_is_authorized_and_delivers_what_there_is() {
        let olga = operator(EVA, &[Team::Operations]);
        let authorized = request(ClientRequestKind::Copy, ClientRequestState::Authorized);
        assert!(Act::Execute.is_for(&olga, &authorized));
        assert!(
            !Act::Execute.is_for(&operator(ADA, &[Team::Operations]), &authorized),
            "Ada has verified it"
        );
        assert!(!Act::Refuse.is_for(&olga, &authorized));
        assert!(!Act::Execute.is_for(&olga, &ClientRequest { slug: None, ..authorized.clone() }));
        assert!(!Act::Deliver.is_for(&olga, &authorized));
        let executed = with_package(request(ClientRequestKind::Copy, ClientRequestState::Executed));
        assert!(Act::Deliver.is_for(&olga, &executed));
        assert!(!Act::Deliver.is_for(&operator(ADA, &[Team::CustomerService]), &executed));
    }

    #[test]
    fn a_request_goes_from_hand_to_hand() {
        for kind in ClientRequestKind::ALL {
            for (state, expected) in [
                (ClientRequestState::Requested, Next::Operator(Act::Verify)),
                (ClientRequestState::Verified, Next::Operator(Act::Authorize)),
                (ClientRequestState::Authorized, Next::Operator(Act::Execute)),
                (ClientRequestState::Executing, Next::Worker),
                (ClientRequestState::Certified, Next::Nothing),
                (ClientRequestState::Refused, Next::Nothing),
                (ClientRequestState::Withdrawn, Next::Nothing),
            ] {
                assert_eq!(Next::of(&request(*kind, state)), expected, "{kind} {state}");
            }
        }
        let copied = with_package(request(ClientRequestKind::Copy, ClientRequestState::Executed));
        assert_eq!(Next::of(&copied), Next::Operator(Act::Deliver));
        let erased = request(ClientRequestKind::Erasure, ClientRequestState::Executed);
        assert_eq!(Next::of(&with_package(erased.clone())), Next::Operator(Act::Deliver));
        assert_eq!(Next::of(&erased), Next::Rewrite);
        let mut rewritten = erased;
        rewritten.execution.rewritten_at = Some(rewritten.steps[0].at);
        assert_eq!(Next::of(&rewritten), Next::DestroyKeys);
    }

    #[test]
    fn what_waits_for_the_worker_is_looked_at_again() {
        for (state, expected) in [
            (ClientRequestState::Requested, true),
            (ClientRequestState::Executing, true),
            (ClientRequestState::Executed, false),
            (ClientRequestState::Refused, false),
        ] {
            assert_eq!(is_moving(&request(ClientRequestKind::Copy, state)), expected, "{state}");
        }
    }
}
