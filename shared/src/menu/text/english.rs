//! The menus in English.

super::texts! {
    Desktop "My Desktop";
    Home "Home"
        insert "Add own cards to Home."
        update "Arrange and set up the own cards on Home."
        delete "Remove own cards from Home."
        view "See what is new, due and waiting for oneself.";
    MyProjects "My Projects"
        insert "Add to the projects one is Manager of, such as team members and tasks."
        update "Change the projects one is Manager of."
        delete "Delete the projects one is Manager of, and what stands in them."
        view "See the projects one has a position on, as far as the position allows.";
    MyServices "My Services"
        insert "Add to the services one is Manager of, such as team members and activities."
        update "Change the services one is Manager of."
        delete "Delete the services one is Manager of, and what stands in them."
        view "See the services one has a position on, as far as the position allows.";
    MyTasks "My Tasks & Activities"
        insert "Report progress on own tasks and activities."
        update "Accept assigned work and correct own progress reports."
        delete "Withdraw own progress reports."
        view "See the tasks and activities assigned to oneself.";
    MyTimesheet "My Timesheet"
        insert "Enter own hours on tasks and activities."
        update "Correct own hours and submit the week."
        delete "Remove own hours that have not been accepted."
        view "See own hours, week by week.";
    MyAuthorizations "My Authorizations"
        insert "Ask others for an authorization."
        update "Accept or reject what waits for one's decision."
        delete "Withdraw own requests that nobody has decided yet."
        view "See what waits for one's decision, and what was decided.";

    Management "Management";
    MainDashboard "Main Dashboard"
        insert "Create own dashboards."
        update "Change own dashboards."
        delete "Delete own dashboards."
        view "See the main dashboard of the organization.";
    DashboardSummary "Summary"
        insert "Add own charts to the summary."
        update "Arrange and set up own charts on the summary."
        delete "Remove own charts from the summary."
        view "See the key figures of the organization at a glance.";
    DashboardClients "Business and Internal client"
        insert "Add own charts about clients."
        update "Arrange and set up own charts about clients."
        delete "Remove own charts about clients."
        view "See figures by business and internal client.";
    DashboardWorkforce "Workforce"
        insert "Add own charts about people."
        update "Arrange and set up own charts about people."
        delete "Remove own charts about people."
        view "See figures about people, their hours and their workload.";
    DashboardProjects "Project"
        insert "Add own charts about projects."
        update "Arrange and set up own charts about projects."
        delete "Remove own charts about projects."
        view "See figures about the progress and health of projects.";
    DashboardProviders "Providers"
        insert "Add own charts about providers."
        update "Arrange and set up own charts about providers."
        delete "Remove own charts about providers."
        view "See figures about providers, their work and their fees.";
    Portfolio "Portfolio"
        insert "Save views of the portfolio."
        update "Change saved views of the portfolio."
        delete "Delete saved views of the portfolio."
        view "Open the portfolio of projects, services and programs.";
    PortfolioGeneral "Portfolio general"
        insert "Save views of the general list."
        update "Change saved views of the general list."
        delete "Delete saved views of the general list."
        view "See the projects, services and programs of the portfolio with their main data.";
    PortfolioFinancialAnalysis "Portfolio Financial Analysis";
    PortfolioCost "Financial Analysis Cost"
        insert "Save views of the cost analysis."
        update "Change saved views of the cost analysis."
        delete "Delete saved views of the cost analysis."
        view "See budgeted and actual costs across the portfolio.";
    PortfolioRevenue "Financial Analysis Revenue"
        insert "Save views of the revenue analysis."
        update "Change saved views of the revenue analysis."
        delete "Delete saved views of the revenue analysis."
        view "See expected and actual revenue across the portfolio.";
    PortfolioSchedule "Portfolio Schedule"
        insert "Save views of the portfolio schedule."
        update "Change saved views of the portfolio schedule."
        delete "Delete saved views of the portfolio schedule."
        view "See the dates of the whole portfolio on one time line.";
    PortfolioFollowUp "Portfolio Follow-Up"
        insert "Save views of the portfolio follow-up."
        update "Change saved views of the portfolio follow-up."
        delete "Delete saved views of the portfolio follow-up."
        view "See the progress and earned value of the whole portfolio.";
    PortfolioDashboard "Portfolio Dashboard"
        insert "Add own charts about the portfolio."
        update "Arrange and set up own charts about the portfolio."
        delete "Remove own charts about the portfolio."
        view "See the key figures of the portfolio.";
    Programs "Programs"
        insert "Create programs; the creator becomes the Manager."
        update "Change several programs at once in the list."
        delete "Delete programs; their projects and services stay."
        view "See the list of programs and open them.";
    ProgramHome "Program Home"
        view "See how a program stands at a glance.";
    ProgramGeneral "Programs general"
        update "Change the name, dates and other main data of a program."
        view "See the main data of a program and the history of its changes.";
    ProgramGoals "Business Goal"
        insert "Link business goals to a program."
        update "Change how much a program contributes to each goal."
        delete "Unlink business goals from a program."
        view "See the business goals that a program serves.";
    ProgramBudget "Budget"
        insert "Add budget lines to a program."
        update "Change the budget of a program."
        delete "Delete budget lines of a program."
        view "See the budget and the costs of a program.";
    ProgramComponents "Components"
        insert "Add projects and services to a program."
        update "Change the order and the details of the components of a program."
        delete "Take projects and services out of a program."
        view "See the projects and services of a program.";
    ProgramScenarios "Scenarios"
        insert "Create scenarios of a program."
        update "Change scenarios and choose the active one."
        delete "Delete scenarios of a program."
        view "See and compare the scenarios of a program.";
    ProgramSchedule "Program Schedule"
        insert "Add milestones and links between components."
        update "Move milestones and change links between components."
        delete "Delete milestones and links between components."
        view "See the dates of a program and its components on one time line.";
    ProgramFollowUp "Program Follow-Up"
        insert "Add progress reports to a program."
        update "Change progress reports of a program."
        delete "Delete progress reports of a program."
        view "See the progress reports and earned value of a program.";
    ProgramTeam "Team"
        insert "Add people to the team of a program."
        update "Change the positions of people on a program."
        delete "Remove people from the team of a program."
        view "See the team of a program.";
    Projects "Projects"
        insert "Create projects; the creator becomes the Manager."
        update "Change several projects at once in the list."
        delete "Delete projects with everything in them."
        view "See the list of projects and open them; every tab of a project needs this.";
    ProjectHome "Project Home"
        view "See how a project stands at a glance, and its history.";
    ProjectGeneral "General"
        update "Change the name, dates, status and other main data of a project."
        view "See the main data of a project.";
    ProjectTeam "Team"
        insert "Add people to the team of a project."
        update "Change the positions of people on a project."
        delete "Remove people from the team of a project."
        view "See the team of a project and the position of each person.";
    ProjectBudget "Budget"
        insert "Add budget lines to a project."
        update "Change the budget of a project."
        delete "Delete budget lines of a project."
        view "See the budget of a project, and its costs and rates wherever they are shown.";
    ProjectTasks "Tasks"
        insert "Create tasks and assign people to them."
        update "Change tasks and their assignments."
        delete "Delete tasks and take people off them."
        view "See the tasks of a project.";
    ProjectSchedule "Schedule"
        insert "Link tasks to each other and save baselines."
        update "Move tasks in time and choose the active baseline."
        delete "Delete links between tasks, and baselines."
        view "See the tasks of a project on a time line.";
    ProjectBoard "Board"
        insert "Add columns, swimlanes and sprints to the board."
        update "Move tasks on the board and change its columns, swimlanes and sprints."
        delete "Delete columns, swimlanes and sprints of the board."
        view "See the tasks of a project on its board.";
    ProjectPurchases "Purchases"
        insert "Add purchases to a project."
        update "Change purchases of a project."
        delete "Delete purchases of a project."
        view "See the purchases of a project and their amounts.";
    ProjectRevenues "Revenues"
        insert "Add revenues to a project."
        update "Change revenues of a project."
        delete "Delete revenues of a project."
        view "See the revenues of a project and their amounts.";
    ProjectFollowUp "Follow-Up"
        insert "Add progress reports to a project."
        update "Change progress reports of a project."
        delete "Delete progress reports of a project."
        view "See the progress reports and earned value of a project.";
    ProjectRisks "Risks"
        insert "Add risks to a project."
        update "Change risks, and turn those that happen into issues."
        delete "Delete risks of a project."
        view "See the risks of a project.";
    ProjectIssues "Issues"
        insert "Add problems, change requests and bugs to a project."
        update "Change and resolve the issues of a project."
        delete "Delete issues of a project."
        view "See the issues of a project.";
    ProjectDocuments "Documents"
        insert "Add documents to a project."
        update "Add new versions of documents and share them with guests."
        delete "Delete documents of a project."
        view "See and download the documents of a project.";
    Services "Services"
        insert "Create services; the creator becomes the Manager."
        update "Change several services at once in the list."
        delete "Delete services with everything in them."
        view "See the list of services and open them; every tab of a service needs this.";
    ServiceHome "Service Home"
        view "See how a service stands at a glance.";
    ServiceGeneral "General"
        update "Change the name, dates, status and other main data of a service."
        view "See the main data of a service and the history of its changes.";
    ServiceTeam "Team"
        insert "Add people to the team of a service."
        update "Change the positions of people on a service."
        delete "Remove people from the team of a service."
        view "See the team of a service and the position of each person.";
    ServiceActivities "Activities"
        insert "Create activities and tickets, and assign people to them."
        update "Change activities and tickets, and their assignments."
        delete "Delete activities and tickets, and take people off them."
        view "See the activities and tickets of a service.";
    ServiceBudget "Budget"
        insert "Add budget lines to a service."
        update "Change the budget of a service."
        delete "Delete budget lines of a service."
        view "See the budget of a service, and its costs and rates wherever they are shown.";
    ServicePurchases "Purchases"
        insert "Add purchases to a service."
        update "Change purchases of a service."
        delete "Delete purchases of a service."
        view "See the purchases of a service and their amounts.";
    ServiceRevenues "Revenues"
        insert "Add revenues to a service."
        update "Change revenues of a service."
        delete "Delete revenues of a service."
        view "See the revenues of a service and their amounts.";
    ServiceFollowUp "Follow-Up"
        insert "Add progress reports to a service."
        update "Change progress reports of a service."
        delete "Delete progress reports of a service."
        view "See the progress reports of a service.";
    ServiceDocuments "Documents"
        insert "Add documents to a service."
        update "Add new versions of documents and share them with guests."
        delete "Delete documents of a service."
        view "See and download the documents of a service.";
    Resources "Resources"
        insert "Plan people on tasks and activities."
        update "Shift planned hours between people and dates."
        delete "Take people off planned work."
        view "See who has how much time, and how much of it is planned.";
    Clients "Clients"
        insert "Add clients."
        update "Change the data of clients."
        delete "Delete clients that nothing refers to."
        view "See the clients and their data.";
    Providers "Providers"
        insert "Add providers and their fees."
        update "Change the data and fees of providers."
        delete "Delete providers that nothing refers to."
        view "See the providers and their fees.";

    Organization "Organization";
    GeneralData "General Data"
        update "Change the address, currency, time zone and settings of the organization."
        view "See the address, currency, time zone and settings of the organization.";
    OrganizationalUnits "Organizational Units"
        insert "Add organizational units."
        update "Rename and move organizational units."
        delete "Delete organizational units that nothing refers to."
        view "See the organizational units.";
    UserManagement "User Management";
    Users "Users"
        insert "Add users and give them roles."
        update "Change users and their roles, and reactivate those who were deactivated."
        delete "Deactivate users; they can no longer sign in, and their history stays."
        view "See the users, their roles and the licences they use.";
    RoleDefinition "Role Definition"
        insert "Create roles and copy existing ones."
        update "Change what roles grant, and choose the role that new users get."
        delete "Delete roles that nobody holds."
        view "See the roles and what they grant.";
    Calendars "Calendars"
        insert "Create calendars and mark days off."
        update "Change calendars and their days off."
        delete "Delete calendars that nobody uses."
        view "See the calendars and their days off.";
    WorkingHours "Working Hours"
        insert "Create working-hour schedules."
        update "Change the hours of each weekday in a schedule."
        delete "Delete schedules that nobody uses."
        view "See the working-hour schedules.";
    Costing "Costing";
    CategoriesRates "Categories & Rates"
        insert "Add professional categories and rates."
        update "Change professional categories and rates."
        delete "Delete categories that nobody uses, and rates."
        view "See the professional categories and what their hours cost.";
    PeriodClose "Period Close"
        insert "Close a period, which fixes its costs and revenues and locks its hours."
        delete "Reopen the last closed period."
        view "See the closed periods and their documents.";
    ObjectivesProcesses "Objectives & Processes";
    StrategicPlans "Strategic Plans"
        insert "Create strategic plans and business goals."
        update "Change strategic plans, business goals and their weights."
        delete "Delete strategic plans and business goals."
        view "See the strategic plans and their business goals.";
    Parameters "Parameters";
    ProjectParameters "Project Parameters"
        insert "Add statuses, approval statuses, types and priorities of projects."
        update "Change statuses, approval statuses, types and priorities, and choose the default ones."
        delete "Delete statuses, approval statuses, types and priorities that no project uses."
        view "See the statuses, approval statuses, types and priorities of projects.";
    TaskParameters "Task Parameters"
        insert "Add statuses, types and priorities of tasks."
        update "Change statuses, types and priorities of tasks."
        delete "Delete statuses, types and priorities that no task uses."
        view "See the statuses, types and priorities of tasks.";
    CustomFields "Custom Fields"
        insert "Add fields of the organization's own."
        update "Change custom fields and who sees them."
        delete "Delete custom fields with the values in them."
        view "See the custom fields.";
    Security "Security";
    AuditLog "Audit Log"
        view "See who changed what, when and from where.";
    SignInSettings "Sign-In Settings"
        update "Change how people sign in."
        view "See how people sign in.";
    NetworkAccess "Network Access"
        insert "Add networks from which people may sign in."
        update "Change the networks from which people may sign in."
        delete "Remove networks from which people may sign in."
        view "See the networks from which people may sign in.";
    Integrations "Integrations"
        insert "Connect other applications that are told of changes."
        update "Change the connections to other applications."
        delete "Remove connections and revoke anybody's access tokens."
        view "See the connections to other applications and everybody's access tokens.";
    ManageAccount "Manage Account"
        update "Appoint company admins and hand the organization over."
        view "See which licences the organization holds and uses.";
}
