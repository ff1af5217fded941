//! Of what explains and simulates access, and of licences.

use serde_json::json;
use shared::{
    access::{
        explain::Explanation,
        simulate::{AccessChange, LicenceChange, Simulation},
    },
    licence::LicenceConsumption,
};

use super::{LICENCE, PROJECT, ROLE, Sample, session::lucia};

pub(super) fn all() -> Vec<Sample> {
    vec![
        Sample::given::<Explanation>(json!({"user": lucia(), "menu": "project_team", "operation": "update",
            "project": {"id": PROJECT, "code": "PR-1-26110007", "name": "Apollo", "seen": true},
            "day": "2026-11-28", "allowed": true,
            "account": {"active": true, "no_login": false, "company_admin": false},
            "roles": [{"id": ROLE, "name": "Project Manager", "licence_type": "project_manager",
                "licence_valid": true, "licences": [{"from": "2026-01-01", "until": "2026-12-31"}],
                "within_ceiling": true, "granted": false, "reach": "own", "leads_to_project": true,
                "allows": false}],
            "position": {"assigned": "manager", "effective": "manager", "my_projects": true, "opens": true,
                "allows": true}})),
        Sample::given::<Simulation>(json!({"day": "2026-11-28", "people": 7, "gaining": 7, "losing": 0,
            "screens": [{"menu": "clients", "operation": "view", "gaining": 7, "losing": 0}],
            "effects": [{"user": lucia(), "gains": {"clients": {"view": true}}, "loses": {}, "positions": [],
                "projects_before": 4, "projects_after": 4}],
            "seats": [{"licence_type": "project_manager", "used_before": 7, "used_after": 7, "held_before": 10,
                "held_after": 10}]})),
        Sample::taken::<AccessChange>(json!({"roles": [ROLE]})),
        Sample::taken::<LicenceChange>(json!({"seats": 5})),
        Sample::given::<LicenceConsumption>(
            json!({"licence_type": "project_manager", "name": "Project Manager",
            "paid": true, "used": 7, "reserved": 1, "held": 10, "licences": [{"id": LICENCE,
                "licence_type": "project_manager", "seats": 10, "valid_from": "2026-01-01",
                "valid_until": "2026-12-31", "valid_today": true}]}),
        ),
    ]
}
