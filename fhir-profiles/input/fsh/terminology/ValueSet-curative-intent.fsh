ValueSet: CurativeIntent
Id: curative-intent
Title: "Curative intent"
Description: "Procedure intents (mCODE) and reasons that say the operation was meant to cure."
* ^experimental = false
* include http://snomed.info/sct#373808002 "Curative - procedure intent"
