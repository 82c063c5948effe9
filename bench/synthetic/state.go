package main

import (
	"bytes"

	"github.com/filecoin-project/go-address"
	"github.com/filecoin-project/go-bitfield"
	"github.com/filecoin-project/go-state-types/abi"
	"github.com/filecoin-project/go-state-types/big"
	"github.com/filecoin-project/go-state-types/builtin"
	"github.com/filecoin-project/go-state-types/builtin/v18/miner"
	"github.com/filecoin-project/go-state-types/builtin/v18/power"
	"github.com/filecoin-project/go-state-types/builtin/v18/util/adt"
	"github.com/filecoin-project/go-state-types/builtin/v18/util/smoothing"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

const firstActor = 1_000

var code = sealed("code")

func sealed(text string) cid.Cid {
	sum, err := multihash.Sum([]byte(text), multihash.BLAKE2B_MIN+31, -1)
	if err != nil {
		panic(err)
	}
	return cid.NewCidV1(cid.Raw, sum)
}

type partition struct {
	all, faulty, dead, unproven []uint64
	live, faultyPower, unpower  miner.PowerPair
}

func newPartition() *partition {
	zero := miner.NewPowerPairZero()
	return &partition{live: zero, faultyPower: zero, unpower: zero}
}

func buildState(store adt.Store, c config) (*result, error) {
	count := (c.sectors + c.partition - 1) / c.partition
	if c.kind == "ragged" {
		count += count % 2
	}
	partitions := make([]*partition, count)
	for i := range partitions {
		partitions[i] = newPartition()
	}
	weights := make([]big.Int, nfts)
	spans := make([]nftJSON, nfts)
	for i := range weights {
		weights[i] = big.Zero()
	}
	shared := map[uint64]bool{}
	total, raw := big.Zero(), big.Zero()
	size := big.NewIntUnsigned(uint64(sectorSize))
	for n := uint64(0); n < c.sectors; n++ {
		s := c.sector(n)
		pair := miner.NewPowerPair(size, s.qap())
		p := partitions[c.partitionOf(n)]
		p.all = append(p.all, n)
		switch {
		case s.dead:
			p.dead = append(p.dead, n)
		case s.faulty:
			p.faulty, p.faultyPower = append(p.faulty, n), p.faultyPower.Add(pair)
		case s.unproven:
			p.unproven, p.unpower = append(p.unproven, n), p.unpower.Add(pair)
		}
		if !s.dead {
			p.live = p.live.Add(pair)
		}
		if s.active() {
			total, raw = big.Add(total, pair.QA), big.Add(raw, size)
		}
		if id, ok := c.nftOf(n); ok {
			if spans[id].Count == 0 {
				spans[id].Start = n
			}
			spans[id].Count++
			shared[c.partitionOf(n)] = true
			if s.active() {
				weights[id] = big.Add(weights[id], pair.QA)
			}
		}
	}
	head, err := buildMiner(store, c, partitions, shared)
	if err != nil {
		return nil, err
	}
	root, err := buildRoot(store, c, head, raw, total)
	if err != nil {
		return nil, err
	}
	for i := range spans {
		spans[i].Weight = weights[i].String()
	}
	return &result{
		Kind: c.kind, Sectors: c.sectors, Partition: c.partition, Miner: minerID,
		StateRoot: root.String(), Power: total.String(), NFTs: spans,
	}, nil
}

func buildMiner(store adt.Store, c config, partitions []*partition, shared map[uint64]bool) (cid.Cid, error) {
	sectors, err := buildSectors(store, c, shared)
	if err != nil {
		return cid.Undef, err
	}
	var deadlines miner.Deadlines
	for d := range deadlines.Due {
		if deadlines.Due[d], err = buildDeadline(store, d, partitions, sectors); err != nil {
			return cid.Undef, err
		}
	}
	due, err := store.Put(store.Context(), &deadlines)
	if err != nil {
		return cid.Undef, err
	}
	owner, _ := address.NewIDAddress(100)
	info, err := store.Put(store.Context(), &miner.MinerInfo{
		Owner: owner, Worker: owner, SectorSize: sectorSize, WindowPoStPartitionSectors: c.partition,
		WindowPoStProofType: abi.RegisteredPoStProof_StackedDrgWindow32GiBV1_1, Beneficiary: owner,
		BeneficiaryTerm: miner.BeneficiaryTerm{Quota: big.Zero(), UsedQuota: big.Zero()},
	})
	if err != nil {
		return cid.Undef, err
	}
	empty, err := adt.StoreEmptyMap(store, builtin.DefaultHamtBitwidth)
	if err != nil {
		return cid.Undef, err
	}
	queue, err := adt.StoreEmptyArray(store, miner.PrecommitCleanUpAmtBitwidth)
	if err != nil {
		return cid.Undef, err
	}
	return store.Put(store.Context(), &miner.State{
		Info: info, PreCommitDeposits: big.Zero(), LockedFunds: big.Zero(), FeeDebt: big.Zero(),
		InitialPledge: big.NewInt(1), PreCommittedSectors: empty, PreCommittedSectorsCleanUp: queue,
		AllocatedSectors: queue, Sectors: sectors, Deadlines: due, EarlyTerminations: bitfield.New(),
	})
}

// Sectors of the mixed partitions that NFTs share: nobody reads the others.
func buildSectors(store adt.Store, c config, shared map[uint64]bool) (cid.Cid, error) {
	array, err := adt.MakeEmptyArray(store, miner.SectorsAmtBitwidth)
	if err != nil {
		return cid.Undef, err
	}
	commitment := sealed("sector")
	for n := uint64(0); n < c.sectors; n++ {
		if c.kind != "mixed" || !shared[c.partitionOf(n)] {
			continue
		}
		s := c.sector(n)
		if err := array.Set(n, &miner.SectorOnChainInfo{
			SectorNumber: abi.SectorNumber(n), SealProof: abi.RegisteredSealProof_StackedDrg32GiBV1_1,
			SealedCID: commitment, Activation: 1_000, Expiration: s.expiration, DealWeight: big.Zero(),
			VerifiedDealWeight: s.verified, InitialPledge: big.NewInt(1e17), PowerBaseEpoch: s.base,
			Flags: miner.SIMPLE_QA_POWER, DailyFee: big.NewInt(1e12),
		}); err != nil {
			return cid.Undef, err
		}
	}
	return array.Root()
}

// Queues of expirations stay empty: nobody reads them.
func buildDeadline(store adt.Store, at int, partitions []*partition, sectors cid.Cid) (cid.Cid, error) {
	deadline, err := miner.ConstructDeadline(store)
	if err != nil {
		return cid.Undef, err
	}
	array, err := adt.MakeEmptyArray(store, miner.DeadlinePartitionsAmtBitwidth)
	if err != nil {
		return cid.Undef, err
	}
	deadline.LivePower, deadline.DailyFee = miner.NewPowerPairZero(), big.Zero()
	for i := at; i < len(partitions); i += len(miner.Deadlines{}.Due) {
		p := partitions[i]
		queue, err := adt.StoreEmptyArray(store, miner.PartitionExpirationAmtBitwidth)
		if err != nil {
			return cid.Undef, err
		}
		early, err := adt.StoreEmptyArray(store, miner.PartitionEarlyTerminationArrayAmtBitwidth)
		if err != nil {
			return cid.Undef, err
		}
		if err := array.AppendContinuous(&miner.Partition{
			Sectors: bitfield.NewFromSet(p.all), Unproven: bitfield.NewFromSet(p.unproven),
			Faults: bitfield.NewFromSet(p.faulty), Recoveries: bitfield.New(),
			Terminated: bitfield.NewFromSet(p.dead), ExpirationsEpochs: queue, EarlyTerminated: early,
			LivePower: p.live, UnprovenPower: p.unpower, FaultyPower: p.faultyPower,
			RecoveringPower: miner.NewPowerPairZero(),
		}); err != nil {
			return cid.Undef, err
		}
		deadline.TotalSectors += uint64(len(p.all))
		deadline.LiveSectors += uint64(len(p.all) - len(p.dead))
		deadline.LivePower = deadline.LivePower.Add(p.live)
		deadline.FaultyPower = deadline.FaultyPower.Add(p.faultyPower)
	}
	if deadline.Partitions, err = array.Root(); err != nil {
		return cid.Undef, err
	}
	deadline.SectorsSnapshot, deadline.PartitionsSnapshot = sectors, deadline.Partitions
	return store.Put(store.Context(), deadline)
}

func buildRoot(store adt.Store, c config, head cid.Cid, raw, qa abi.StoragePower) (cid.Cid, error) {
	claims, err := adt.MakeEmptyMap(store, builtin.DefaultHamtBitwidth)
	if err != nil {
		return cid.Undef, err
	}
	actors, err := adt.MakeEmptyMap(store, builtin.DefaultHamtBitwidth)
	if err != nil {
		return cid.Undef, err
	}
	for id := uint64(firstActor); id < firstActor+c.actors; id++ {
		one, _ := address.NewIDAddress(id)
		claim := &power.Claim{RawBytePower: big.NewIntUnsigned(id), QualityAdjPower: big.NewIntUnsigned(id)}
		actor := &builtin.ActorV5{Code: code, Head: head, Balance: big.NewIntUnsigned(id)}
		if id == minerID {
			claim = &power.Claim{RawBytePower: raw, QualityAdjPower: qa}
		}
		if err := claims.Put(abi.AddrKey(one), claim); err != nil {
			return cid.Undef, err
		}
		if err := actors.Put(abi.AddrKey(one), actor); err != nil {
			return cid.Undef, err
		}
	}
	claimed, err := claims.Root()
	if err != nil {
		return cid.Undef, err
	}
	zero := big.Zero()
	powerHead, err := store.Put(store.Context(), &power.State{
		TotalRawBytePower: raw, TotalBytesCommitted: raw, TotalQualityAdjPower: qa, TotalQABytesCommitted: qa,
		TotalPledgeCollateral: zero, ThisEpochRawBytePower: raw, ThisEpochQualityAdjPower: qa,
		ThisEpochPledgeCollateral: zero, ThisEpochQAPowerSmoothed: smoothing.NewEstimate(qa, zero),
		MinerCount: int64(c.actors), CronEventQueue: claimed, Claims: claimed,
	})
	if err != nil {
		return cid.Undef, err
	}
	four, _ := address.NewIDAddress(4)
	if err := actors.Put(abi.AddrKey(four), &builtin.ActorV5{Code: code, Head: powerHead, Balance: zero}); err != nil {
		return cid.Undef, err
	}
	tree, err := actors.Root()
	if err != nil {
		return cid.Undef, err
	}
	return store.Put(store.Context(), &stateRoot{Version: 5, Actors: tree, Info: claimed})
}

func encode(bits bitfield.BitField) ([]byte, error) {
	var out bytes.Buffer
	if err := bits.MarshalCBOR(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
