"""Two contracts that import-linter does not bring: all that a package may import, and all that may import a package."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class AllowedImports(Contract):
    """Everything `importer` imports is itself or one of `allowed`, by direct import.

    import-linter's own "forbidden" names what is not allowed; purity needs the opposite.
    """

    importer = fields.StringField()
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        package = str(self.importer)
        allowed = [package, *_names(self.allowed)]
        broken = sorted(
            f"{module} imports {imported}"
            for module in graph.modules
            if _within(module, [package])
            for imported in graph.find_modules_directly_imported_by(module)
            if not _within(imported, allowed)
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)


class AllowedImporters(Contract):
    """What lies under `imported` is imported by nothing but `importers`, directly.

    A package that does not exist yet is no error, so the rule may be written first.
    """

    imported = fields.ListField(subfield=fields.StringField())
    importers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        targets = _names(self.imported)
        importers = _names(self.importers)
        broken = sorted(
            f"{module} imports {target}"
            for target in graph.modules
            if _within(target, targets)
            for module in graph.find_modules_that_directly_import(target)
            if not _within(module, importers)
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)


def _names(field: object) -> list[str]:
    # Typed as the field, not as the value that import-linter puts in its place.
    assert isinstance(field, list)
    return [str(name) for name in field]


def _within(module: str, packages: list[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _render(check: ContractCheck) -> None:
    for line in check.metadata["broken"]:
        output.print_error(f"- {line}")
