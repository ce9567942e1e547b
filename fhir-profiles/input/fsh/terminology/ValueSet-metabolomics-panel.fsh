ValueSet: MetabolomicsPanel
Id: metabolomics-panel
Title: "Plasma metabolomics panel"
Description: "The panel Observation, whose components or members are the analytes, or the DiagnosticReport whose results they are."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#metabolomics-panel "Plasma metabolomics panel"
