"""The house's files, under the name that the desk's modules know them by."""

from geo.downloads import CSV_TYPE, EXCEL_TYPE, FORMATS, comma_separated, download, excel, harmless

__all__ = ["CSV_TYPE", "EXCEL_TYPE", "FORMATS", "comma_separated", "download", "excel", "harmless"]
