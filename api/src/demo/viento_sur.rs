//! Viento Sur Renovables: wind and sun, from Zaragoza, in Spanish. Its portfolio licence has lapsed.

use shared::Language;

use super::data::{DemoOrganization, DemoPerson, DemoProject, Team};

const PEOPLE: [DemoPerson; 6] = [
    DemoPerson::admin("Lucía", "Ibáñez", "lucia.ibanez"),
    DemoPerson::with("Rafael", "Domínguez", "rafael.dominguez", &["Full Access"]),
    DemoPerson::with("Carmen", "Echeverría", "carmen.echeverria", &["Corporate Portfolio Access"]),
    DemoPerson::with("Íñigo", "Aranburu", "inigo.aranburu", &["Project Manager"]),
    DemoPerson::with("Noelia", "Campos", "noelia.campos", &["Team Member"]),
    DemoPerson::with("Andrés", "Quiroga", "andres.quiroga", &["Project Guest"]),
];

const RAFAEL: Team = &["rafael.dominguez", "noelia.campos"];
const INIGO: Team = &["inigo.aranburu", "noelia.campos", "andres.quiroga"];

const PROJECTS: [DemoProject; 8] = [
    DemoProject::new(
        "Parque eólico Sierra Alta",
        "Customer",
        "High",
        "In progress",
        "Approved",
        -380,
        190,
        INIGO,
    ),
    DemoProject::new(
        "Planta solar Los Monegros",
        "Customer",
        "Urgent",
        "In progress",
        "Approved",
        -220,
        85,
        INIGO,
    ),
    DemoProject::new(
        "Repotenciación de Valdejunco",
        "Customer",
        "Medium",
        "Planned",
        "Requested",
        40,
        520,
        RAFAEL,
    ),
    DemoProject::new(
        "Línea de evacuación de 132 kV",
        "Customer",
        "High",
        "On hold",
        "Approved",
        -160,
        140,
        RAFAEL,
    ),
    DemoProject::new("Estudio de avifauna", "Compliance", "Medium", "Closed", "Approved", -610, -240, INIGO),
    DemoProject::new(
        "Gemelo digital de turbinas",
        "Product",
        "Low",
        "Draft",
        "Not requested",
        70,
        400,
        RAFAEL,
    ),
    DemoProject::new(
        "Plan de seguridad en altura",
        "Compliance",
        "High",
        "In progress",
        "Approved",
        -50,
        70,
        INIGO,
    ),
    DemoProject::new(
        "Almacén de baterías de Ejea",
        "Customer",
        "Medium",
        "Draft",
        "Rejected",
        120,
        610,
        RAFAEL,
    ),
];

pub const VIENTO_SUR: DemoOrganization = DemoOrganization {
    slug: "viento-sur",
    name: "Viento Sur Renovables",
    language: Language::Es,
    currency: "EUR",
    time_zone: "Europe/Madrid",
    street: "Paseo de la Independencia, 24",
    city: "50004 Zaragoza",
    country: "ES",
    phone: "+34 976 555 024",
    licences: &["full_access=1", "project_manager=2", "team_member=unlimited", "project_guest=unlimited"],
    lapsed_licence: Some("portfolio_access=1"),
    people: &PEOPLE,
    projects: &PROJECTS,
};
