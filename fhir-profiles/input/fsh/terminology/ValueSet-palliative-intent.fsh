ValueSet: PalliativeIntent
Id: palliative-intent
Title: "Intent other than cure"
Description: "Procedure intents (mCODE) that say the operation was not meant to cure."
* ^experimental = false
* include http://snomed.info/sct#363676003 "Palliative - procedure intent"
* include http://snomed.info/sct#399707004 "Supportive - procedure intent"
* include http://snomed.info/sct#261004008 "Diagnostic intent"
