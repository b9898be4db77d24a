//! A setting: a value, with where it was said. What is told of a setting names that place, and never has to guess it.

use std::{
    fmt::{self, Display, Formatter},
    path::PathBuf,
};

/// A value that was set, or holds where nothing was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    /// What counts.
    pub(crate) value: T,
    /// Where it was said.
    pub(crate) origin: SettingOrigin,
}

/// Where a setting was said: a flag comes before a variable, that before a file, and that before the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SettingOrigin {
    /// On the command line, such as `--config`.
    Flag(&'static str),
    /// In a variable of the environment.
    Variable(&'static str),
    /// In a file, on this line, from 1, where that is known.
    File { path: PathBuf, line: Option<usize> },
    /// Nowhere.
    Default,
}

impl<T> Setting<T> {
    /// What a flag says.
    pub(crate) fn of_flag(flag: &'static str, value: T) -> Self {
        Self { value, origin: SettingOrigin::Flag(flag) }
    }

    /// What a variable says.
    pub(crate) fn of_variable(name: &'static str, value: T) -> Self {
        Self { value, origin: SettingOrigin::Variable(name) }
    }

    /// What holds where nothing was said.
    pub(crate) fn default(value: T) -> Self {
        Self { value, origin: SettingOrigin::Default }
    }

    /// What counts, where anything was said.
    pub(crate) fn value_of(set: Option<&Self>) -> Option<T>
    where
        T: Clone,
    {
        set.map(|set| set.value.clone())
    }

    /// The same in another form.
    pub(crate) fn map<U>(self, form: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: form(self.value), origin: self.origin }
    }
}

impl Setting<PathBuf> {
    /// A path as it is told.
    pub(crate) fn shown(&self) -> Setting<String> {
        self.clone().map(|path| path.display().to_string())
    }
}

impl Display for SettingOrigin {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File { path, line: Some(line) } => write!(f, "{}, line {line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}
