//! All that a person sees: arguments, prompts, tables, hints, exit codes.
