{
  outputs = { self }: {
    packages.x86_64-linux.greeting = derivation {
      name = "greeting-1.0";
      system = "x86_64-linux";
      builder = "/bin/sh";
      args = [ "-c" "/bin/mkdir -p $out/share && echo ${import ./greeting.nix} > $out/share/greeting" ];
    };
  };
}
