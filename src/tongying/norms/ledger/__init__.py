"""The ledger of normal children: who may stand in it, when two readers agree, tables of both."""
