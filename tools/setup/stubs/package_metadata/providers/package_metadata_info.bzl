"""The provider of package_metadata, without its contents."""

PackageMetadataInfo = provider(
    doc = "Metadata of a package.",
    fields = {"metadata": "always None"},
)
