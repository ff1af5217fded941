//! The menus in Spanish.

super::texts! {
    Desktop "Mi escritorio";
    Home "Inicio"
        insert "Añadir tarjetas propias a Inicio."
        update "Ordenar y configurar las tarjetas propias de Inicio."
        delete "Quitar tarjetas propias de Inicio."
        view "Ver lo nuevo, lo que vence y lo que espera a cada quien.";
    MyProjects "Mis proyectos"
        insert "Añadir contenido a los proyectos propios como Gestor, por ejemplo personas y tareas."
        update "Modificar los proyectos propios como Gestor."
        delete "Eliminar los proyectos propios como Gestor y lo que contienen."
        view "Ver los proyectos en los que se tiene una posición, hasta donde esta permite.";
    MyServices "Mis servicios"
        insert "Añadir contenido a los servicios propios como Gestor, por ejemplo personas y actividades."
        update "Modificar los servicios propios como Gestor."
        delete "Eliminar los servicios propios como Gestor y lo que contienen."
        view "Ver los servicios en los que se tiene una posición, hasta donde esta permite.";
    MyTasks "Mis tareas y actividades"
        insert "Informar del avance de las tareas y actividades propias."
        update "Aceptar el trabajo asignado y corregir los informes de avance propios."
        delete "Retirar informes de avance propios."
        view "Ver las tareas y actividades asignadas a cada quien.";
    MyTimesheet "Mi hoja de horas"
        insert "Registrar horas propias en tareas y actividades."
        update "Corregir las horas propias y enviar la semana."
        delete "Quitar horas propias que aún no se han aceptado."
        view "Ver las horas propias, semana a semana.";
    MyAuthorizations "Mis autorizaciones"
        insert "Pedir una autorización a otras personas."
        update "Aceptar o rechazar lo que espera la decisión propia."
        delete "Retirar solicitudes propias que nadie ha decidido todavía."
        view "Ver lo que espera la decisión propia y lo que ya se decidió.";

    Management "Gestión";
    MainDashboard "Panel principal"
        insert "Crear paneles propios."
        update "Modificar los paneles propios."
        delete "Eliminar paneles propios."
        view "Ver el panel principal de la organización.";
    DashboardSummary "Resumen"
        insert "Añadir gráficos propios al resumen."
        update "Ordenar y configurar los gráficos propios del resumen."
        delete "Quitar gráficos propios del resumen."
        view "Ver de un vistazo las cifras clave de la organización.";
    DashboardClients "Negocio y cliente interno"
        insert "Añadir gráficos propios sobre clientes."
        update "Ordenar y configurar los gráficos propios sobre clientes."
        delete "Quitar gráficos propios sobre clientes."
        view "Ver cifras por negocio y cliente interno.";
    DashboardWorkforce "Personal"
        insert "Añadir gráficos propios sobre personas."
        update "Ordenar y configurar los gráficos propios sobre personas."
        delete "Quitar gráficos propios sobre personas."
        view "Ver cifras sobre las personas, sus horas y su carga de trabajo.";
    DashboardProjects "Proyecto"
        insert "Añadir gráficos propios sobre proyectos."
        update "Ordenar y configurar los gráficos propios sobre proyectos."
        delete "Quitar gráficos propios sobre proyectos."
        view "Ver cifras sobre el avance y la salud de los proyectos.";
    DashboardProviders "Proveedores"
        insert "Añadir gráficos propios sobre proveedores."
        update "Ordenar y configurar los gráficos propios sobre proveedores."
        delete "Quitar gráficos propios sobre proveedores."
        view "Ver cifras sobre los proveedores, su trabajo y sus honorarios.";
    Portfolio "Cartera"
        insert "Guardar vistas de la cartera."
        update "Modificar las vistas guardadas de la cartera."
        delete "Eliminar vistas guardadas de la cartera."
        view "Abrir la cartera de proyectos, servicios y programas.";
    PortfolioGeneral "General de la cartera"
        insert "Guardar vistas de la lista general."
        update "Modificar las vistas guardadas de la lista general."
        delete "Eliminar vistas guardadas de la lista general."
        view "Ver los proyectos, servicios y programas de la cartera con sus datos principales.";
    PortfolioFinancialAnalysis "Análisis financiero de la cartera";
    PortfolioCost "Análisis financiero de costos"
        insert "Guardar vistas del análisis de costos."
        update "Modificar las vistas guardadas del análisis de costos."
        delete "Eliminar vistas guardadas del análisis de costos."
        view "Ver los costos presupuestados y reales de toda la cartera.";
    PortfolioRevenue "Análisis financiero de ingresos"
        insert "Guardar vistas del análisis de ingresos."
        update "Modificar las vistas guardadas del análisis de ingresos."
        delete "Eliminar vistas guardadas del análisis de ingresos."
        view "Ver los ingresos previstos y reales de toda la cartera.";
    PortfolioSchedule "Cronograma de la cartera"
        insert "Guardar vistas del cronograma de la cartera."
        update "Modificar las vistas guardadas del cronograma de la cartera."
        delete "Eliminar vistas guardadas del cronograma de la cartera."
        view "Ver las fechas de toda la cartera en una sola línea de tiempo.";
    PortfolioFollowUp "Seguimiento de la cartera"
        insert "Guardar vistas del seguimiento de la cartera."
        update "Modificar las vistas guardadas del seguimiento de la cartera."
        delete "Eliminar vistas guardadas del seguimiento de la cartera."
        view "Ver el avance y el valor ganado de toda la cartera.";
    PortfolioDashboard "Panel de la cartera"
        insert "Añadir gráficos propios sobre la cartera."
        update "Ordenar y configurar los gráficos propios sobre la cartera."
        delete "Quitar gráficos propios sobre la cartera."
        view "Ver las cifras clave de la cartera.";
    Programs "Programas"
        insert "Crear programas; quien lo crea pasa a ser su Gestor."
        update "Modificar varios programas a la vez en la lista."
        delete "Eliminar programas; sus proyectos y servicios se conservan."
        view "Ver la lista de programas y abrirlos.";
    ProgramHome "Inicio del programa"
        view "Ver de un vistazo cómo va un programa.";
    ProgramGeneral "General del programa"
        update "Modificar el nombre, las fechas y otros datos principales de un programa."
        view "Ver los datos principales de un programa y el historial de sus cambios.";
    ProgramGoals "Objetivo de negocio"
        insert "Vincular objetivos de negocio a un programa."
        update "Modificar cuánto aporta un programa a cada objetivo."
        delete "Desvincular objetivos de negocio de un programa."
        view "Ver los objetivos de negocio a los que sirve un programa.";
    ProgramBudget "Presupuesto"
        insert "Añadir partidas al presupuesto de un programa."
        update "Modificar el presupuesto de un programa."
        delete "Eliminar partidas del presupuesto de un programa."
        view "Ver el presupuesto y los costos de un programa.";
    ProgramComponents "Componentes"
        insert "Añadir proyectos y servicios a un programa."
        update "Modificar el orden y los detalles de los componentes de un programa."
        delete "Sacar proyectos y servicios de un programa."
        view "Ver los proyectos y servicios de un programa.";
    ProgramScenarios "Escenarios"
        insert "Crear escenarios de un programa."
        update "Modificar escenarios y elegir el activo."
        delete "Eliminar escenarios de un programa."
        view "Ver y comparar los escenarios de un programa.";
    ProgramSchedule "Cronograma del programa"
        insert "Añadir hitos y vínculos entre componentes."
        update "Mover hitos y modificar vínculos entre componentes."
        delete "Eliminar hitos y vínculos entre componentes."
        view "Ver las fechas de un programa y sus componentes en una sola línea de tiempo.";
    ProgramFollowUp "Seguimiento del programa"
        insert "Añadir informes de avance a un programa."
        update "Modificar los informes de avance de un programa."
        delete "Eliminar informes de avance de un programa."
        view "Ver los informes de avance y el valor ganado de un programa.";
    ProgramTeam "Equipo"
        insert "Añadir personas al equipo de un programa."
        update "Modificar las posiciones de las personas en un programa."
        delete "Quitar personas del equipo de un programa."
        view "Ver el equipo de un programa.";
    Projects "Proyectos"
        insert "Crear proyectos; quien lo crea pasa a ser su Gestor."
        update "Modificar varios proyectos a la vez en la lista."
        delete "Eliminar proyectos con todo lo que contienen."
        view "Ver la lista de proyectos y abrirlos; todas las pestañas de un proyecto lo necesitan.";
    ProjectHome "Inicio del proyecto"
        view "Ver de un vistazo cómo va un proyecto, y su historial.";
    ProjectGeneral "General"
        update "Modificar el nombre, las fechas, el estado y otros datos principales de un proyecto."
        view "Ver los datos principales de un proyecto.";
    ProjectTeam "Equipo"
        insert "Añadir personas al equipo de un proyecto."
        update "Modificar las posiciones de las personas en un proyecto."
        delete "Quitar personas del equipo de un proyecto."
        view "Ver el equipo de un proyecto y la posición de cada persona.";
    ProjectBudget "Presupuesto"
        insert "Añadir partidas al presupuesto de un proyecto."
        update "Modificar el presupuesto de un proyecto."
        delete "Eliminar partidas del presupuesto de un proyecto."
        view "Ver el presupuesto de un proyecto, y sus costos y tarifas dondequiera que aparezcan.";
    ProjectTasks "Tareas"
        insert "Crear tareas y asignarles personas."
        update "Modificar tareas y sus asignaciones."
        delete "Eliminar tareas y retirar a personas de ellas."
        view "Ver las tareas de un proyecto.";
    ProjectSchedule "Cronograma"
        insert "Vincular tareas entre sí y guardar líneas base."
        update "Mover tareas en el tiempo y elegir la línea base activa."
        delete "Eliminar vínculos entre tareas y líneas base."
        view "Ver las tareas de un proyecto en una línea de tiempo.";
    ProjectBoard "Tablero"
        insert "Añadir columnas, carriles y sprints al tablero."
        update "Mover tareas en el tablero y modificar sus columnas, carriles y sprints."
        delete "Eliminar columnas, carriles y sprints del tablero."
        view "Ver las tareas de un proyecto en su tablero.";
    ProjectPurchases "Compras"
        insert "Añadir compras a un proyecto."
        update "Modificar las compras de un proyecto."
        delete "Eliminar compras de un proyecto."
        view "Ver las compras de un proyecto y sus importes.";
    ProjectRevenues "Ingresos"
        insert "Añadir ingresos a un proyecto."
        update "Modificar los ingresos de un proyecto."
        delete "Eliminar ingresos de un proyecto."
        view "Ver los ingresos de un proyecto y sus importes.";
    ProjectFollowUp "Seguimiento"
        insert "Añadir informes de avance a un proyecto."
        update "Modificar los informes de avance de un proyecto."
        delete "Eliminar informes de avance de un proyecto."
        view "Ver los informes de avance y el valor ganado de un proyecto.";
    ProjectRisks "Riesgos"
        insert "Añadir riesgos a un proyecto."
        update "Modificar riesgos y convertir en incidencias los que ocurren."
        delete "Eliminar riesgos de un proyecto."
        view "Ver los riesgos de un proyecto.";
    ProjectIssues "Incidencias"
        insert "Añadir problemas, solicitudes de cambio y errores a un proyecto."
        update "Modificar y resolver las incidencias de un proyecto."
        delete "Eliminar incidencias de un proyecto."
        view "Ver las incidencias de un proyecto.";
    ProjectDocuments "Documentos"
        insert "Añadir documentos a un proyecto."
        update "Añadir nuevas versiones de documentos y compartirlos con invitados."
        delete "Eliminar documentos de un proyecto."
        view "Ver y descargar los documentos de un proyecto.";
    Services "Servicios"
        insert "Crear servicios; quien lo crea pasa a ser su Gestor."
        update "Modificar varios servicios a la vez en la lista."
        delete "Eliminar servicios con todo lo que contienen."
        view "Ver la lista de servicios y abrirlos; todas las pestañas de un servicio lo necesitan.";
    ServiceHome "Inicio del servicio"
        view "Ver de un vistazo cómo va un servicio.";
    ServiceGeneral "General"
        update "Modificar el nombre, las fechas, el estado y otros datos principales de un servicio."
        view "Ver los datos principales de un servicio y el historial de sus cambios.";
    ServiceTeam "Equipo"
        insert "Añadir personas al equipo de un servicio."
        update "Modificar las posiciones de las personas en un servicio."
        delete "Quitar personas del equipo de un servicio."
        view "Ver el equipo de un servicio y la posición de cada persona.";
    ServiceActivities "Actividades"
        insert "Crear actividades y tickets, y asignarles personas."
        update "Modificar actividades y tickets, y sus asignaciones."
        delete "Eliminar actividades y tickets, y retirar a personas de ellos."
        view "Ver las actividades y los tickets de un servicio.";
    ServiceBudget "Presupuesto"
        insert "Añadir partidas al presupuesto de un servicio."
        update "Modificar el presupuesto de un servicio."
        delete "Eliminar partidas del presupuesto de un servicio."
        view "Ver el presupuesto de un servicio, y sus costos y tarifas dondequiera que aparezcan.";
    ServicePurchases "Compras"
        insert "Añadir compras a un servicio."
        update "Modificar las compras de un servicio."
        delete "Eliminar compras de un servicio."
        view "Ver las compras de un servicio y sus importes.";
    ServiceRevenues "Ingresos"
        insert "Añadir ingresos a un servicio."
        update "Modificar los ingresos de un servicio."
        delete "Eliminar ingresos de un servicio."
        view "Ver los ingresos de un servicio y sus importes.";
    ServiceFollowUp "Seguimiento"
        insert "Añadir informes de avance a un servicio."
        update "Modificar los informes de avance de un servicio."
        delete "Eliminar informes de avance de un servicio."
        view "Ver los informes de avance de un servicio.";
    ServiceDocuments "Documentos"
        insert "Añadir documentos a un servicio."
        update "Añadir nuevas versiones de documentos y compartirlos con invitados."
        delete "Eliminar documentos de un servicio."
        view "Ver y descargar los documentos de un servicio.";
    Resources "Recursos"
        insert "Planificar personas en tareas y actividades."
        update "Repartir de otro modo las horas planificadas entre personas y fechas."
        delete "Retirar a personas del trabajo planificado."
        view "Ver cuánto tiempo tiene cada persona y cuánto está planificado.";
    Clients "Clientes"
        insert "Añadir clientes."
        update "Modificar los datos de los clientes."
        delete "Eliminar clientes que no se usan en ninguna parte."
        view "Ver los clientes y sus datos.";
    Providers "Proveedores"
        insert "Añadir proveedores y sus honorarios."
        update "Modificar los datos y honorarios de los proveedores."
        delete "Eliminar proveedores que no se usan en ninguna parte."
        view "Ver los proveedores y sus honorarios.";

    Organization "Organización";
    GeneralData "Datos generales"
        update "Modificar la dirección, la moneda, la zona horaria y los ajustes de la organización."
        view "Ver la dirección, la moneda, la zona horaria y los ajustes de la organización.";
    OrganizationalUnits "Unidades organizativas"
        insert "Añadir unidades organizativas."
        update "Renombrar y mover unidades organizativas."
        delete "Eliminar unidades organizativas que no se usan en ninguna parte."
        view "Ver las unidades organizativas.";
    UserManagement "Gestión de usuarios";
    Users "Usuarios"
        insert "Añadir usuarios y darles roles."
        update "Modificar usuarios y sus roles, y reactivar a quienes se desactivó."
        delete "Desactivar usuarios; ya no pueden iniciar sesión y su historial se conserva."
        view "Ver los usuarios, sus roles y las licencias que usan.";
    RoleDefinition "Definición de roles"
        insert "Crear roles y copiar los que ya existen."
        update "Modificar lo que conceden los roles y elegir el que reciben los usuarios nuevos."
        delete "Eliminar roles que nadie tiene."
        view "Ver los roles y lo que conceden.";
    Calendars "Calendarios"
        insert "Crear calendarios y marcar días no laborables."
        update "Modificar calendarios y sus días no laborables."
        delete "Eliminar calendarios que nadie usa."
        view "Ver los calendarios y sus días no laborables.";
    WorkingHours "Horarios laborales"
        insert "Crear horarios laborales."
        update "Modificar las horas de cada día de la semana en un horario."
        delete "Eliminar horarios que nadie usa."
        view "Ver los horarios laborales.";
    Costing "Costos";
    CategoriesRates "Categorías y tarifas"
        insert "Añadir categorías profesionales y tarifas."
        update "Modificar categorías profesionales y tarifas."
        delete "Eliminar tarifas y categorías que nadie usa."
        view "Ver las categorías profesionales y lo que cuestan sus horas.";
    PeriodClose "Cierre de periodo"
        insert "Cerrar un periodo, lo que fija sus costos e ingresos y bloquea sus horas."
        delete "Reabrir el último periodo cerrado."
        view "Ver los periodos cerrados y sus documentos.";
    ObjectivesProcesses "Objetivos y procesos";
    StrategicPlans "Planes estratégicos"
        insert "Crear planes estratégicos y objetivos de negocio."
        update "Modificar planes estratégicos, objetivos de negocio y sus pesos."
        delete "Eliminar planes estratégicos y objetivos de negocio."
        view "Ver los planes estratégicos y sus objetivos de negocio.";
    Parameters "Parámetros";
    ProjectParameters "Parámetros de proyecto"
        insert "Añadir estados, estados de aprobación, tipos y prioridades de proyectos."
        update "Modificar estados, estados de aprobación, tipos y prioridades, y elegir los predeterminados."
        delete "Eliminar estados, estados de aprobación, tipos y prioridades que ningún proyecto usa."
        view "Ver los estados, estados de aprobación, tipos y prioridades de proyectos.";
    TaskParameters "Parámetros de tarea"
        insert "Añadir estados, tipos y prioridades de tareas."
        update "Modificar estados, tipos y prioridades de tareas."
        delete "Eliminar estados, tipos y prioridades que ninguna tarea usa."
        view "Ver los estados, tipos y prioridades de tareas.";
    CustomFields "Campos personalizados"
        insert "Añadir campos propios de la organización."
        update "Modificar los campos personalizados y quién los ve."
        delete "Eliminar campos personalizados con los valores que contienen."
        view "Ver los campos personalizados.";
    Security "Seguridad";
    AuditLog "Registro de auditoría"
        view "Ver quién cambió qué, cuándo y desde dónde.";
    SignInSettings "Ajustes de inicio de sesión"
        update "Modificar cómo inician sesión las personas."
        view "Ver cómo inician sesión las personas.";
    NetworkAccess "Acceso de red"
        insert "Añadir redes desde las que se puede iniciar sesión."
        update "Modificar las redes desde las que se puede iniciar sesión."
        delete "Quitar redes desde las que se puede iniciar sesión."
        view "Ver las redes desde las que se puede iniciar sesión.";
    Integrations "Integraciones"
        insert "Conectar otras aplicaciones a las que se avisa de los cambios."
        update "Modificar las conexiones con otras aplicaciones."
        delete "Quitar conexiones y revocar tokens de acceso de cualquier persona."
        view "Ver las conexiones con otras aplicaciones y los tokens de acceso de todas las personas.";
    ManageAccount "Administrar la cuenta"
        update "Nombrar administradores de la empresa y ceder la organización."
        view "Ver qué licencias tiene y usa la organización.";
}
