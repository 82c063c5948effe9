// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Power NFTs: shares of a miner's block rewards, backed by named sectors
/// @notice The one contract that holds holders' cash. Amounts are attoFIL, power is bytes of quality-adjusted power
/// (QAP), times are epochs of 30 seconds, fees are basis points. Where a figure is rounded, holders' parts are rounded
/// down: dust stays with the vault.
interface IPowerNFT {
    /// @notice What a storage provider asks for when it mints.
    struct MintRequest {
        /// @dev The miner, by its actor id.
        uint64 minerId;
        /// @dev The sectors that back the NFT: ascending, disjoint runs.
        SectorRange[] sectors;
        /// @dev The most QAP that the NFT may ever weigh, bytes.
        uint64 nominalPower;
        /// @dev The first epoch without income; a multiple of EXPIRY_GRID.
        uint64 expiry;
        /// @dev The storage provider's service fee on holders' income, basis points.
        uint16 spFeeBps;
        /// @dev The royalty on sales (ERC-2981), basis points.
        uint16 royaltyBps;
        /// @dev The most protocol fee that the minter accepts, basis points.
        uint16 maxProtocolFeeBps;
        /// @dev Who gets the NFT. Royalties of later sales go to the caller.
        address to;
        /// @dev What the storage provider guarantees (R-GUA); 0: nothing.
        uint256 guarantee;
    }

    /// @notice A run of sector numbers: start, start + 1, ... start + count - 1.
    struct SectorRange {
        uint64 start;
        uint64 count;
    }

    /// @notice What is known of one NFT.
    struct Power {
        uint64 minerId;
        uint64 nominalPower;
        /// @dev QAP that earns now; 0 before the first attestation and from the expiry on.
        uint64 weight;
        uint64 expiry;
        uint16 spFeeBps;
        uint16 protocolFeeBps;
        uint16 royaltyBps;
        uint64 mintedAt;
        /// @dev The epoch of the first attested weight; 0 before it.
        uint64 attestedAt;
        uint32 sectorCount;
    }

    /// @notice An NFT as who books, buys or values it must know it. One call, for the chain takes more for each call than
    /// for what is read.
    struct Holding {
        Power power;
        address holder;
        /// @dev Who may move it by name; zero: nobody.
        address approved;
        /// @dev Who gets the royalties.
        address royaltyReceiver;
        /// @dev See `attestedWeightsOf`.
        uint64 lastWeight;
        uint64 previousWeight;
        /// @dev See `earnedOf`, `unpaidOf` and `paidOf`.
        uint256 earned;
        uint256 unpaid;
        uint256 paid;
        GuaranteeStatus guarantee;
        /// @dev Of its miner, see `minerAccount`: up to when income is measured, income that went elsewhere, income that cash
        /// has not covered, and the nominal power of all NFTs that are alive (bytes).
        uint64 lastSync;
        uint256 arrears;
        uint256 owed;
        uint64 soldPower;
    }

    /// @notice What `deliver` did, and what the new holder has.
    struct Delivery {
        /// @dev Whether the caller was approved by name; if not, nothing was done.
        bool moved;
        /// @dev Who gets the royalties.
        address royaltyReceiver;
        Power power;
    }

    /// @notice What is known of one miner.
    struct MinerAccount {
        /// @dev The epoch up to which income is measured; 0 before the first sync.
        uint64 lastSync;
        /// @dev The earlier bucket of the pair that the next sync reads; 0 while the vesting table is empty.
        uint64 pairEpoch;
        /// @dev The last epoch at which a sync still measures exactly.
        uint64 syncDeadline;
        /// @dev The miner's QAP on chain at the last sync, bytes.
        uint256 qap;
        /// @dev Sum of the weights of the NFTs that are alive, bytes.
        uint256 weight;
        /// @dev NFTs that have not reached their expiry.
        uint256 living;
        /// @dev Holders' and protocol's income since the beginning.
        uint256 earned;
        /// @dev The part of it that cash has covered.
        uint256 covered;
        /// @dev The part of it that cash has not covered yet.
        uint256 owed;
        /// @dev Income that was owed but went elsewhere (R-LED-8).
        uint256 arrears;
        /// @dev All block rewards measured since the beginning, holders' and storage provider's.
        uint256 rewards;
        /// @dev Sum of the nominal power of the NFTs that are alive, bytes.
        uint256 nominalPower;
    }

    /// @notice What is known of an NFT's guarantee, as of the last sync. All 0 without one.
    struct GuaranteeStatus {
        uint256 promised;
        /// @dev What may still become due: the part of the promise that lies ahead. After a report of no power the next one
        /// may call more, see GuaranteeCalled.
        uint256 remaining;
        /// @dev What became due since the beginning: due = paid + payableNow + what cash has not covered yet.
        uint256 due;
        /// @dev What a claim pays of it now.
        uint256 payableNow;
        /// @dev What was paid or credited of it.
        uint256 paid;
    }

    /// @notice What is known of a miner's guarantees together, as of the last sync: due = covered + owed.
    struct MinerGuarantees {
        /// @dev What may still become due.
        uint256 remaining;
        /// @dev What became due since the beginning.
        uint256 due;
        /// @dev The part of it that cash has covered.
        uint256 covered;
        /// @dev The part of it that is still to come out of the miner, behind all earned income (R-LED-4).
        uint256 owed;
    }

    /// @notice What stands behind a miner's guarantees: they are covered while amount >= remaining.
    struct Cover {
        /// @dev attoFIL; negative when fees alone may exceed what is there.
        int256 amount;
        /// @dev What may still become due.
        uint256 remaining;
    }

    /// @notice The identity that always holds: cash >= liabilities; earned = covered + owed (R-LED-7). Guarantees keep one
    /// of their own, see MinerGuarantees.
    struct Solvency {
        /// @dev The FIL that the contract holds.
        uint256 cash;
        /// @dev What holders and the protocol can take out now, credits and guarantees included, of all miners.
        uint256 liabilities;
        /// @dev The miner's earned income.
        uint256 earned;
        /// @dev The part of it that cash has covered.
        uint256 covered;
        /// @dev The part of it that is still to come out of the miner.
        uint256 owed;
    }

    /// @notice A power NFT was minted. The sectors are its backing until it expires or is burned.
    event Minted(
        uint256 indexed id,
        uint64 indexed minerId,
        address indexed to,
        uint64 nominalPower,
        uint64 expiry,
        uint16 spFeeBps,
        uint16 protocolFeeBps,
        uint16 royaltyBps,
        SectorRange[] sectors
    );
    /// @notice An NFT was burned and its sectors are free again.
    event Burned(uint256 indexed id, uint64 indexed minerId);
    /// @notice The sectors of an expired NFT are free again.
    event SectorsFreed(uint256 indexed id, uint64 indexed minerId);
    /// @notice Income was measured over (from, to]: block rewards of the miner, and the part on the ledger's line.
    event Synced(uint64 indexed minerId, uint64 from, uint64 to, uint256 rewards, uint256 earned, uint256 qap);
    /// @notice While NFTs earned, a sync came after its deadline: only `counted` attoFIL of rewards could be proven for (from, to].
    event IncomeGap(uint64 indexed minerId, uint64 from, uint64 to, uint256 counted);
    /// @notice Cash arrived from a miner and covers the oldest income first.
    event Harvested(uint64 indexed minerId, uint256 amount, uint256 stillOwed);
    /// @notice An NFT's weight changed.
    event WeightSet(uint256 indexed id, uint64 indexed minerId, uint64 oldWeight, uint64 newWeight);
    /// @notice A rise was applied in part or not at all: the miner has arrears, or its power on chain leaves no room.
    event RiseLimited(uint256 indexed id, uint64 indexed minerId, uint64 asked, uint64 given);
    /// @notice Income of an NFT was paid out.
    event Claimed(uint256 indexed id, address indexed holder, address indexed to, uint256 amount);
    /// @notice On transfer, what was payable became a credit of the seller.
    event Credited(uint256 indexed id, address indexed holder, uint256 amount);
    /// @notice A credit was paid out.
    event CreditClaimed(address indexed holder, address indexed to, uint256 amount);
    /// @notice The storage provider guaranteed an amount with an NFT that it mints.
    event GuaranteePromised(uint256 indexed id, uint64 indexed minerId, uint256 amount);
    /// @notice Over (from, to], so much was not delivered of a miner's guarantees and became due.
    event GuaranteesDue(uint64 indexed minerId, uint64 from, uint64 to, uint256 amount);
    /// @notice Two reports running found no power of an NFT: all that remains of its guarantee became due, and with it what
    /// ran off as delivered since the first of the two (R-GUA-1).
    event GuaranteeCalled(uint256 indexed id, uint64 indexed minerId, uint256 amount);
    /// @notice Cash arrived from a miner and covers what became due by guarantees, the oldest first.
    event GuaranteesHarvested(uint64 indexed minerId, uint256 amount, uint256 stillOwed);
    /// @notice What was due by an NFT's guarantee was paid out; `to` zero: it became a credit of the holder.
    event GuaranteePaid(uint256 indexed id, address indexed holder, address indexed to, uint256 amount);
    /// @notice The protocol's fees were paid out.
    event ProtocolFeesClaimed(address indexed to, uint256 amount);
    /// @notice The protocol fee of NFTs minted from now on was changed.
    event ProtocolFeeSet(uint16 oldBps, uint16 newBps);
    /// @notice The factor from the growth of a bucket pair to gross rewards was changed, for income from now on.
    event RewardFactorSet(uint16 oldFactor, uint16 newFactor);
    /// @notice Minting is paused until the given epoch (an epoch that has passed: not paused).
    event MintingPaused(uint64 until);

    /// @notice Thrown when an id was never minted or was burned. (A caller who is neither holder nor approved meets
    /// ERC721InsufficientApproval.)
    error UnknownNFT(uint256 id);
    /// @notice Thrown when an NFT belongs to another miner than the one named.
    error WrongMiner(uint256 id, uint64 minerId, uint64 expected);
    /// @notice Thrown when ids are not strictly ascending.
    error NotAscending(uint256 previous, uint256 id);
    /// @notice Thrown when lists that belong together differ in length.
    error LengthMismatch(uint256 ids, uint256 values);
    /// @notice Thrown when somebody else than the oracle sets weights.
    error NotOracle(address caller);
    /// @notice Thrown when later reports, or challenges, have spoken of every NFT of a page.
    error StaleFrame(uint64 minerId, uint16 frame);
    /// @notice Thrown when a proven weight is below neither of the last two, or the NFT has expired.
    error NothingToLower(uint256 id, uint64 weight, uint64 proven);
    /// @notice Thrown when a weight is above the NFT's nominal power.
    error WeightAboveNominal(uint256 id, uint64 weight, uint64 nominalPower);
    /// @notice Thrown when the caller may not mint on the miner.
    error NotStorageProvider(uint64 minerId, address caller);
    /// @notice Thrown when the miner's vault is not its beneficiary.
    error VaultNotActive(uint64 minerId);
    /// @notice Thrown while a miner's arrears block new business.
    error InArrears(uint64 minerId, uint256 arrears);
    /// @notice Thrown when what a miner holds would not cover its guarantees: promise less, or send FIL to the miner.
    error NotCovered(uint64 minerId, uint256 remaining, int256 cover);
    /// @notice Thrown while minting is paused.
    error MintingIsPaused(uint64 until);
    /// @notice Thrown when an expiry is off the grid; the two nearest ones that fit.
    error ExpiryOffGrid(uint64 expiry, uint64 before, uint64 next);
    /// @notice Thrown when the term is outside its bounds (epochs from now).
    error TermOutOfRange(uint64 expiry, uint64 earliest, uint64 latest);
    /// @notice Thrown when no sector, or too many, are named.
    error SectorCountOutOfRange(uint256 count, uint256 maximum);
    /// @notice Thrown when a run is empty, out of order, overlaps the one before or exceeds the largest sector number.
    error BadSectorRange(uint256 index, uint64 start, uint64 count);
    /// @notice Thrown when a sector backs another NFT that is alive.
    error SectorCommitted(uint64 minerId, uint64 sector);
    /// @notice Thrown when nominal power is 0.
    error NoPower();
    /// @notice Thrown when a fee is above its cap.
    error FeeTooHigh(uint256 bps, uint256 maximumBps);
    /// @notice Thrown when a parameter is outside its hard range.
    error OutOfRange(uint256 value, uint256 minimum, uint256 maximum);
    /// @notice Thrown when a pause is too long or too soon after the one before.
    error PauseNotAllowed(uint64 requestedUntil, uint64 longestUntil, uint64 nextAllowedAt);
    /// @notice Thrown when the NFT was attested and has not expired (sync after the expiry first), or still has unpaid
    /// income: it cannot be burned.
    error NotBurnable(uint256 id, uint64 expiry, uint256 unpaid);
    /// @notice Thrown when measuring is given up too early: sync instead.
    error TooEarlyToSkip(uint64 minerId, uint64 earliest);
    /// @notice Thrown when an NFT has not reached its expiry.
    error NotExpired(uint256 id, uint64 expiry);
    /// @notice Thrown when an address that cannot be paid is named as payee.
    error BadPayee(address to);
    /// @notice Thrown when an NFT would go to the masked id of an Ethereum account or contract, which could never move it.
    error UseEthereumAddress(address masked, address ethereum);
    /// @notice Thrown when a vault's implementation, the registry or the oracle was built for another PowerNFT.
    error WiringMismatch();

    /// @notice Mints an NFT on a miner whose vault is its beneficiary. Only the miner's owner or operator (R-NFT-2).
    /// Weight starts at 0 and is set by the oracle. The fees are fixed for the life of the NFT (R-GOV-3). With a guarantee,
    /// the miner must cover all of its guarantees, this one included (R-GUA-2, `coverOf`).
    /// @return id The new NFT.
    function mint(MintRequest calldata request) external returns (uint256 id);

    /// @notice Measures the miner's block rewards since the last sync and books holders' part as earned. Anyone may
    /// call; reads only the chain, never depends on a withdrawal (R-INC, R-VLT-7).
    /// @return rewards Gross block rewards measured.
    function sync(uint64 minerId) external returns (uint256 rewards);

    /// @notice Gives up measuring a miner up to now, once nobody could sync it in time: when the chain's answers can no
    /// longer be read (after a network upgrade, say), expiries are still reached and the provider's way out stays open.
    /// Counts no income and says `IncomeGap`. Anyone may call, not before GIVE_UP_DELAY after the sync deadline, when a
    /// sync could prove next to nothing, and then again until a sync succeeds, which measures afresh.
    function skip(uint64 minerId) external;

    /// @notice Takes what is owed, as of the last sync, out of the miner: earned income first, then what became due by
    /// guarantees (R-LED-4). Anyone may call. Survives a refusal of the chain, with an event of the vault.
    /// @return amount Cash that arrived and covers what is owed.
    function harvest(uint64 minerId) external returns (uint256 amount);

    /// @notice Syncs and harvests in one call, and says what is left: what a vault asks before it pays its owner.
    /// @return owed What is still to come out of the miner, earned income and guarantees, attoFIL.
    /// @return living NFTs of the miner that have not reached their expiry.
    /// @return guaranteed What may still become due by guarantees and has to stay covered, attoFIL.
    function settle(uint64 minerId) external returns (uint256 owed, uint256 living, uint256 guaranteed);

    /// @notice Sets attested weights; syncs first (R-INC-6). Only the oracle. Falls apply always and at once; rises as far
    /// as the sum of weights stays within the miner's power on chain, and in arrears not above the highest weight that
    /// the NFT has had. Passed over: expired and burned NFTs, those that this report or a later one has spoken of,
    /// and rises of those that were challenged in this frame or later; if that is all of them, the page is refused.
    /// @param frame The report's frame.
    /// @param ids NFTs of the miner, ascending.
    /// @param weights QAP in bytes, at most the nominal power each.
    function applyWeights(uint64 minerId, uint16 frame, uint256[] calldata ids, uint64[] calldata weights) external;

    /// @notice Lowers the weight of an NFT, and what is kept as its weight before, to what the chain has proven; syncs
    /// first. Only the oracle.
    /// @param frame The present frame: only reports of later ones raise the weight again.
    /// @param proven QAP in bytes, below one of the last two weights.
    /// @return weight The NFT's weight from now on.
    function lowerWeight(uint256 id, uint16 frame, uint64 proven) external returns (uint64 weight);

    /// @notice Pays out what the NFTs can be paid of income and guarantees, of any miners, in one sum. Only for NFTs of the
    /// caller, or that the caller is approved for. No code of the payee runs.
    /// @param to Any address: a contract, an account, or an actor by its masked id.
    /// @return amount attoFIL paid.
    function claim(uint256[] calldata ids, address to) external returns (uint256 amount);

    /// @notice Pays out the caller's credit.
    function claimCredit(address to) external returns (uint256 amount);

    /// @notice Pays out the protocol's fees. Only the treasury's role.
    function claimProtocolFees(address to) external returns (uint256 amount);

    /// @notice Moves an NFT as `transferFrom` does, for who is approved for this NFT by name (`approve`), and says what it
    /// is: all that a market needs, in one call. A right to move all NFTs of a holder does not count: it outlasts a move.
    function deliver(address from, address to, uint256 id) external returns (Delivery memory);

    /// @notice Burns an NFT that expired and is covered in full, guarantee included, or was never attested, and frees its
    /// sectors. What is payable becomes the holder's credit. Only the holder, or who it approved.
    function burn(uint256 id) external;

    /// @notice Frees the sectors of expired NFTs of a miner, so that they can back new ones. Anyone may call.
    function freeSectors(uint256[] calldata ids) external;

    /// @notice Sets the protocol fee of NFTs minted from now on; at most MAX_PROTOCOL_FEE_BPS.
    function setProtocolFee(uint16 bps) external;
    /// @notice Sets the factor from the growth of a bucket pair to gross rewards (180 / 0.75 = 240), within 160..480.
    function setRewardFactor(uint16 factor) external;
    /// @notice Pauses minting up to the given epoch: for 7 days at most, once in 30. An epoch that has passed ends it.
    function pauseMinting(uint64 until) external;

    /// @notice The QAP that earns for an NFT now, bytes.
    function weightOf(uint256 id) external view returns (uint64);
    /// @notice The last two attested weights of an NFT, bytes of QAP, and the frame of the last report on it. Income follows the
    /// last; guarantees follow the larger of the two, so that one wrong report triggers nothing (R-ORC-3). If the last is 0 and
    /// the next one too, they are called as if the first of them had been believed at once (R-GUA-1).
    function attestedWeightsOf(uint256 id) external view returns (uint64 last, uint64 previous, uint16 frame);
    /// @notice The most QAP that an NFT may weigh, bytes.
    function nominalPowerOf(uint256 id) external view returns (uint64);
    /// @notice The first epoch without income of an NFT.
    function expiryOf(uint256 id) external view returns (uint64);
    /// @notice The holder's income of an NFT since the beginning, up to the last sync.
    function earnedOf(uint256 id) external view returns (uint256);
    /// @notice What a claim of an NFT pays of its income now; what it pays of its guarantee is in `guaranteeOf`.
    function payableOf(uint256 id) external view returns (uint256);
    /// @notice The part of earned income that cash has not covered yet.
    function unpaidOf(uint256 id) external view returns (uint256);
    /// @notice What was paid or credited of an NFT's income since the beginning. paidOf + payableOf + unpaidOf = earnedOf.
    function paidOf(uint256 id) external view returns (uint256);
    /// @notice The guarantee of an NFT.
    function guaranteeOf(uint256 id) external view returns (GuaranteeStatus memory);
    /// @notice What an address can take out by `claimCredit`.
    function creditOf(address holder) external view returns (uint256);
    /// @notice Protocol fees that can be paid out now.
    function protocolFees() external view returns (uint256);
    /// @notice Everything known of an NFT.
    function powerOf(uint256 id) external view returns (Power memory);
    /// @notice Everything that who books, buys or values an NFT must know of it.
    function holdingOf(uint256 id) external view returns (Holding memory);
    /// @notice The sectors behind an NFT.
    function sectorsOf(uint256 id) external view returns (SectorRange[] memory);
    /// @notice Everything known of a miner.
    function minerAccount(uint64 minerId) external view returns (MinerAccount memory);
    /// @notice The guarantees of a miner together.
    function guaranteesOf(uint64 minerId) external view returns (MinerGuarantees memory);
    /// @notice What stands behind a miner's guarantees (R-GUA-2): what the miner and its vault hold, less fee debt and
    /// precommit deposits, less what is owed, less the most that ending all sectors may cost and the fees of 42 days of
    /// faults, for the larger of the power on chain and the nominal power sold. Read from the chain now; what is owed and
    /// what remains are as of the last sync.
    function coverOf(uint64 minerId) external view returns (Cover memory);
    /// @notice The solvency identity of a miner, and of the whole contract.
    function solvency(uint64 minerId) external view returns (Solvency memory);
    /// @notice Whether a sector backs an NFT that is alive.
    function isCommitted(uint64 minerId, uint64 sector) external view returns (bool);
    /// @notice Expected gross block rewards of `qap` bytes for one day, by the network's own smoothed estimates, attoFIL.
    function expectedPerDay(uint64 minerId, uint256 qap) external view returns (uint256);
    /// @notice The vault of a miner, whether it was created yet or not.
    function vaultOf(uint64 minerId) external view returns (address);
    /// @notice The only contract that sets weights.
    function ORACLE() external view returns (address);
    /// @notice NFTs minted so far; ids count from 1.
    function minted() external view returns (uint256);
    /// @notice The protocol fee of NFTs minted now, basis points.
    function protocolFeeBps() external view returns (uint16);
    /// @notice The factor from the growth of a bucket pair to gross rewards.
    function rewardFactor() external view returns (uint16);
    /// @notice Minting is paused before this epoch.
    function mintingPausedUntil() external view returns (uint64);
    /// @notice Epochs between two expiry dates: 30 days.
    function EXPIRY_GRID() external view returns (uint64);
}
