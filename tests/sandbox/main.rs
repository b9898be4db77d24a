//! The sandbox beside the real servers: one table of uploads and requests, the same verdicts.
