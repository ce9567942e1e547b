ValueSet: ChestCtOrderAndAbdomen
Id: chest-ct-order-and-abdomen
Title: "CT of the chest and the abdomen, as it is ordered or booked"
Description: "Those of chest-ct-order that cover the abdomen too: a CT of the chest alone is no substitute for one of them. Sites add the codes of their own order catalogue, and to chest-ct-order as well."
* ^experimental = false
* include http://snomed.info/sct#418891003 "Computed tomography of chest and abdomen (procedure)"
