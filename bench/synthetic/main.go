// Builds the state of one miner with Lotus' own code, from the state root down to its sectors, for tests and the
// benchmark of the bridge: who reads it was not written by who wrote it.
//
// Usage: go run . -kind uniform|mixed|ragged -sectors N [-partition 2349] -out FILE [-json]
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"

	"github.com/filecoin-project/go-bitfield"
	"github.com/filecoin-project/go-state-types/abi"
	"github.com/filecoin-project/go-state-types/big"
	"github.com/filecoin-project/go-state-types/builtin/v18/miner"
	"github.com/ipfs/go-cid"
)

const (
	minerID    = 1234
	sectorSize = abi.SectorSize(32 << 30)
	// NFTs of a state, and the sectors of each: the same whatever the miner's size.
	nfts = 40
)

type config struct {
	kind      string
	sectors   uint64
	partition uint64
	// Sectors of an NFT.
	nft uint64
	// Actors with a claim, the miner included: both maps have several levels.
	actors uint64
}

// A sector as a rule of its number: the benchmark's node follows the same.
type sector struct {
	number                 uint64
	base, expiration       abi.ChainEpoch
	verified               abi.DealWeight
	faulty, dead, unproven bool
}

func (c config) sector(number uint64) sector {
	s := sector{
		number:     number,
		base:       abi.ChainEpoch(1_000 + number%5*100),
		expiration: abi.ChainEpoch(1_500_000 + number%7*2_880),
		verified:   big.Zero(),
	}
	full := big.Mul(big.NewIntUnsigned(uint64(sectorSize)), big.NewInt(int64(s.expiration-s.base)))
	switch {
	case c.kind == "ragged":
		s.verified = full
		s.dead = number%13 == 0
		s.faulty = !s.dead && number%11 == 0
		s.unproven = !s.dead && !s.faulty && number%17 == 0
	case c.kind == "mixed" && number%3 == 0:
		s.verified = full
	case c.kind == "mixed" && number%3 == 1:
		s.verified = big.Add(big.Div(full, big.NewInt(2)), big.NewIntUnsigned(number))
	}
	return s
}

func (s sector) qap() abi.StoragePower {
	return miner.QAPowerForWeight(sectorSize, s.expiration-s.base, s.verified)
}

func (s sector) active() bool { return !s.faulty && !s.dead && !s.unproven }

// The partition that a sector lies in. Of a ragged miner, two neighbouring partitions share their numbers in turn.
func (c config) partitionOf(number uint64) uint64 {
	if c.kind != "ragged" {
		return number / c.partition
	}
	return number/(2*c.partition)*2 + number%2
}

func (c config) nftOf(number uint64) (uint64, bool) {
	stride := c.sectors / nfts
	if stride == 0 {
		return 0, false
	}
	id, at := number/stride, number%stride
	return id, id < nfts && at >= stride/3 && at < stride/3+c.nft
}

type nftJSON struct {
	Start  uint64 `json:"start"`
	Count  uint64 `json:"count"`
	Weight string `json:"weight"`
}

type result struct {
	Kind      string            `json:"kind"`
	Sectors   uint64            `json:"sectors"`
	Partition uint64            `json:"partition"`
	Miner     uint64            `json:"miner"`
	StateRoot string            `json:"stateRoot"`
	Power     string            `json:"power"`
	NFTs      []nftJSON         `json:"nfts"`
	Bitfields map[string][]any  `json:"bitfields,omitempty"`
	Blocks    map[string]string `json:"blocks,omitempty"`
}

func main() {
	var c config
	flag.StringVar(&c.kind, "kind", "uniform", "uniform, mixed or ragged")
	flag.Uint64Var(&c.sectors, "sectors", 100_000, "how many sectors")
	flag.Uint64Var(&c.partition, "partition", 2_349, "sectors of a partition")
	flag.Uint64Var(&c.nft, "nft", 1_000, "sectors of an NFT")
	flag.Uint64Var(&c.actors, "actors", 2_000, "how many actors there are")
	out := flag.String("out", "", "where the blocks go; FILE.json says what they are")
	asJSON := flag.Bool("json", false, "blocks and bitfields in one JSON file, for small states")
	flag.Parse()
	if err := run(c, *out, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(c config, out string, asJSON bool) error {
	s := &sink{seen: map[cid.Cid]struct{}{}, kept: map[string]string{}}
	if !asJSON {
		file, err := os.Create(out)
		if err != nil {
			return err
		}
		defer file.Close()
		s.file = bufio.NewWriterSize(file, 1<<20)
	}
	res, err := buildState(newStore(s), c)
	if err != nil {
		return err
	}
	name := out + ".json"
	if asJSON {
		name = out
		res.Blocks = s.kept
		if res.Bitfields, err = bitfields(); err != nil {
			return err
		}
	} else if err := s.file.Flush(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(res, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}

// RLE+ as Lotus writes it, by its bytes: start and length of each run.
func bitfields() (map[string][]any, error) {
	random := rand.New(rand.NewSource(1))
	found := map[string][]any{}
	for i := 0; i < 60; i++ {
		bits := bitfield.New()
		at, runs := uint64(0), []any{}
		for run := 0; run < i%12; run++ {
			gap, length := uint64(random.Int63n(1<<(1+random.Intn(40)))), uint64(1+random.Int63n(1<<random.Intn(7)))
			if at > 0 {
				gap++
			}
			for n := uint64(0); n < length; n++ {
				bits.Set(at + gap + n)
			}
			runs = append(runs, []uint64{at + gap, length})
			at += gap + length
		}
		text, err := encode(bits)
		if err != nil {
			return nil, err
		}
		found[hex.EncodeToString(text)] = runs
	}
	return found, nil
}
