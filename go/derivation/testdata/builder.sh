echo built > "$out"
