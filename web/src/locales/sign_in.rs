//! Texts of the sign-in.

super::texts! {
    another_account: "Use another account", "Usar otra cuenta";
    another_organization: "Sign in to another organization", "Entrar en otra organización";
    choose_text:
        "Your password fits more than one organization. Which one do you want to open?",
        "Tu contraseña sirve para varias organizaciones. ¿Cuál quieres abrir?";
    choose_title: "Choose the organization", "Elige la organización";
    email: "E-mail", "Correo electrónico";
    forgotten: "Forgot password?", "¿Has olvidado la contraseña?";
    password: "Password", "Contraseña";
    sign_in: "Sign in", "Iniciar sesión";
    text: "Sign in with your e-mail and password.", "Entra con tu correo y tu contraseña.";
    text_in(name: &str):
        "Use the e-mail and password of your account at {name}.",
        "Usa el correo y la contraseña de tu cuenta en {name}.";
    title: "Welcome back", "Te damos la bienvenida";
    wait_for[n]: "You can try again in {n} second" | "You can try again in {n} seconds", "Podrás intentarlo en {n} segundo" | "Podrás intentarlo en {n} segundos";
    wait_over: "You can try again now.", "Ya puedes intentarlo de nuevo.";
    wait_text:
        "After several wrong attempts each further one has to wait a little longer. Nothing is locked.",
        "Tras varios intentos fallidos, cada nuevo intento debe esperar un poco más. No se bloquea nada.";
    wrong: "E-mail or password is wrong", "El correo o la contraseña no son correctos";
    wrong_text:
        "Check both, also whether Caps Lock is on, and try again.",
        "Revisa ambos, también si está activado Bloq Mayús, y vuelve a intentarlo.";
}
