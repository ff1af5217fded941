//! Menus and operations as types, so that a guard can name them in a handler's signature.

use shared::{Menu, Operation};

/// A menu as a type.
pub trait MenuMark: Send + Sync + 'static {
    /// The menu.
    const MENU: Menu;
}

/// An operation as a type.
pub trait OperationMark: Send + Sync + 'static {
    /// The operation.
    const OPERATION: Operation;
}

/// An operation that changes something; `Db::write` asks for it.
pub trait Mutates: OperationMark {}

/// One type a menu, named like the variant of [`Menu`].
pub mod menu {
    macro_rules! marks {
        ($($name:ident),*) => {$(
            #[doc = concat!("[`shared::Menu::", stringify!($name), "`]")]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl super::MenuMark for $name {
                const MENU: shared::Menu = shared::Menu::$name;
            }
        )*};
    }
    shared::for_each_menu!(marks);
}

/// One type an operation, named like the variant of [`Operation`].
pub mod op {
    macro_rules! marks {
        ($($name:ident),*) => {$(
            #[doc = concat!("[`shared::Operation::", stringify!($name), "`]")]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl super::OperationMark for $name {
                const OPERATION: shared::Operation = shared::Operation::$name;
            }
        )*};
    }
    marks!(Insert, Update, Delete, View);

    impl super::Mutates for Insert {}
    impl super::Mutates for Update {}
    impl super::Mutates for Delete {}
}
