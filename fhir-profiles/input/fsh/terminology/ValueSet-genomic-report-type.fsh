ValueSet: GenomicReportType
Id: genomic-report-type
Title: "Genomic report"
Description: "Genomics Reporting genomic-report."
* ^experimental = false
* http://loinc.org#51969-4 "Genetic analysis report"
