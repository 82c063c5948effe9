package main

import (
	"io"

	"github.com/ipfs/go-cid"
	cbg "github.com/whyrusleeping/cbor-gen"
)

// The head of the state tree. Lotus keeps this type to itself.
type stateRoot struct {
	Version uint64
	Actors  cid.Cid
	Info    cid.Cid
}

func (r *stateRoot) MarshalCBOR(w io.Writer) error {
	out := cbg.NewCborWriter(w)
	if err := out.WriteMajorTypeHeader(cbg.MajArray, 3); err != nil {
		return err
	}
	if err := out.WriteMajorTypeHeader(cbg.MajUnsignedInt, r.Version); err != nil {
		return err
	}
	if err := cbg.WriteCid(out, r.Actors); err != nil {
		return err
	}
	return cbg.WriteCid(out, r.Info)
}
