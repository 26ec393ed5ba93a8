//! The wall between the floors.
