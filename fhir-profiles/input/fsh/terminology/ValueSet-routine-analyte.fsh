ValueSet: RoutineAnalyte
Id: routine-analyte
Title: "Analytes of routine chemistry"
Description: "Codes of the panel's analytes that routine chemistry measures daily. A chart is not searched by them, for that would bring every glucose there is; members of a panel are then found by their HMDB code. Add a laboratory's own routine codes that its ConceptMap names."
* ^experimental = false
* include http://loinc.org#14749-6 "Glucose [Moles/volume] in Serum or Plasma"
* include http://loinc.org#14933-6 "Urate [Moles/volume] in Serum or Plasma"
* include http://loinc.org#2524-7 "Lactate [Moles/volume] in Serum or Plasma"
* include http://loinc.org#6873-4 "Beta hydroxybutyrate [Moles/volume] in Serum or Plasma"
