"""How rings travel between processes: lines to a broker that are opened again for as long as it takes."""
