// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IMinerVault } from "../../contracts/miners/IMinerVault.sol";
import { IPowerNFT } from "../../contracts/power/IPowerNFT.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Handler } from "./Handler.sol";
import { ReferenceLedger } from "./ReferenceLedger.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @dev Sectors behind NFTs come from [FIRST_SECTOR, FIRST_SECTOR + SECTORS), across a word's border.
uint64 constant FIRST_SECTOR = 200;
uint64 constant SECTORS = 120;

/// @title Everybody who uses power NFTs, at random
/// @notice Each action checks what it promises; `check` compares the whole state with the reference. An action succeeds
/// when it did what it is for, not only when it did not revert; what may refuse it is listed, anything else fails.
abstract contract PowerHandler is Handler {
    uint256 internal constant GRID = 86_400;
    uint256 internal constant MAX_LIVE = 8;
    /// @dev From the sync deadline until measuring may be given up, epochs.
    uint256 private constant GIVE_UP_DELAY = 12_960;

    PowerNFT public immutable NFT;
    ReferenceLedger public immutable MODEL;

    uint64[] internal _minerIds;
    address[] internal _holders;
    address[] internal _payees;

    /// @dev NFTs that were not burned, ascending; by id, their place in it plus 1.
    uint256[] internal _live;
    mapping(uint256 id => uint256) private _at;
    uint256 internal _burned;
    mapping(uint256 id => IPowerNFT.SectorRange) internal _sectors;
    mapping(uint256 id => bool) internal _freed;
    mapping(uint256 id => uint256) internal _earnedBefore;
    /// @dev The highest weight so far, the one before the last, the frame of the last report, that of the last challenge,
    /// and whether there ever was a report.
    struct Attested {
        uint256 peak;
        uint256 previous;
        uint16 frame;
        uint16 challengedIn;
        bool ever;
    }
    mapping(uint256 id => Attested) internal _attested;
    /// @dev What the sum of a miner's weights cannot exceed: its power as it was found at the last rise, bytes.
    mapping(uint64 minerId => uint256) internal _ceiling;
    mapping(uint64 minerId => mapping(uint64 sector => bool)) internal _committed;

    /// @dev What the contracts said of a miner after the last action.
    struct Seen {
        uint256 lastSync;
        uint256 rewards;
        uint256 covered;
        uint256 owed;
        uint256 factor;
        /// @dev As the last sync found them (R-LED-8), attoFIL.
        uint256 arrears;
        /// @dev When nothing was last owed, attoFIL.
        uint256 clearRewards;
        uint256 clearCovered;
        int256 clearWealth;
    }
    mapping(uint64 minerId => Seen) internal _seen;
    /// @dev Cash that came from vaults less what was paid out, attoFIL.
    uint256 internal _cash;
    uint256 internal _protocolFeeBps;

    constructor(PowerNFT nft, uint64[] memory minerIds, address[] memory holders, address[] memory payees) {
        NFT = nft;
        MODEL = new ReferenceLedger();
        (_minerIds, _holders, _payees) = (minerIds, holders, payees);
        for (uint256 i = 0; i < minerIds.length; ++i) _seen[minerIds[i]].factor = 240;
    }

    /// @inheritdoc Handler
    function actions() public view virtual override returns (bytes4[] memory all) {
        all = new bytes4[](19);
        all[0] = this.reward.selector;
        all[1] = this.wait.selector;
        all[2] = this.power.selector;
        all[3] = this.free.selector;
        all[4] = this.disturb.selector;
        all[5] = this.ownerWithdraw.selector;
        all[6] = this.withdrawToOwner.selector;
        all[7] = this.sync.selector;
        all[8] = this.harvest.selector;
        all[9] = this.mint.selector;
        all[10] = this.applyWeights.selector;
        all[11] = this.transfer.selector;
        all[12] = this.claim.selector;
        all[13] = this.claimCredit.selector;
        all[14] = this.claimFees.selector;
        all[15] = this.burn.selector;
        all[16] = this.freeSectors.selector;
        all[17] = this.setParameters.selector;
        all[18] = this.skip.selector;
    }

    // LEVERS OF THE CHAIN

    function _reward(uint64 minerId, uint256 seed) internal virtual returns (bool);

    function _setPower(uint64 minerId, uint256 seed) internal virtual returns (bool);

    /// @dev Rewards vest, or the provider tops up.
    function _free(uint64 minerId, uint256 seed) internal virtual returns (bool);

    /// @dev Whatever else happens to a miner: fees, pledge, refusals, penalties.
    function _disturb(uint64 minerId, uint256 seed) internal virtual returns (bool);

    /// @dev The owner's own WithdrawBalance.
    function _ownerWithdraw(uint64 minerId, uint256 seed) internal virtual returns (bool);

    function _ownerOf(uint64 minerId) internal view virtual returns (address);

    function _powerOnChain(uint64 minerId) internal view virtual returns (uint256);

    function _availableOnChain(uint64 minerId) internal view virtual returns (int256);

    function _balanceOf(address account) internal view virtual returns (uint256);

    /// @dev Checks the rewards that a sync found. Called once after every sync, in its epoch.
    function _checkRewards(uint64 minerId, uint256 rewards, uint256 factor, uint256 lastSync) internal virtual;

    /// @dev Measuring starts afresh.
    function _skipped(uint64 minerId) internal virtual;

    /// @dev The sum of a miner's vesting table, attoFIL.
    function _tableOnChain(uint64 minerId) internal view virtual returns (uint256);

    /// @dev Lets the oracle say weights now.
    /// @return frame Of its report.
    function _report(
        uint64 minerId,
        uint256[] memory ids,
        uint64[] memory weights
    ) internal virtual returns (uint16 frame) {
        return Oracle__Obedient(NFT.ORACLE()).setWeights(minerId, ids, weights);
    }

    // ACTIONS OF THE CHAIN

    function reward(uint256 m, uint256 seed) external counted {
        _done(_reward(_minerAt(m), seed));
    }

    function wait(uint256 kind, uint256 epochs) external counted {
        uint256[5] memory longest = [uint256(10), 2_880, 20_160, 43_200, 86_400];
        uint256 most = kind % 64 == 63 ? 600_000 : longest[kind % 5];
        vm.roll(block.number + bound(epochs, 1, most));
        _done(true);
    }

    function power(uint256 m, uint256 seed) external counted {
        _done(_setPower(_minerAt(m), seed));
    }

    function free(uint256 m, uint256 seed) external counted {
        _done(_free(_minerAt(m), seed));
    }

    function disturb(uint256 m, uint256 seed) external counted {
        _done(_disturb(_minerAt(m), seed));
    }

    function ownerWithdraw(uint256 m, uint256 seed) external counted {
        _done(_ownerWithdraw(_minerAt(m), seed));
    }

    // ACTIONS OF PEOPLE

    function withdrawToOwner(uint256 m, uint256 amount) external counted {
        uint64 minerId = _minerAt(m);
        IMinerVault vault = IMinerVault(NFT.vaultOf(minerId));
        address owner = _ownerOf(minerId);
        uint256 before = _balanceOf(owner);
        int256 available = _availableOnChain(minerId);
        uint256 most = address(vault).balance + (available > 0 ? uint256(available) : 0);
        amount = bound(amount, 0, most / 4 + 1);
        vm.prank(owner);
        try vault.withdrawToOwner(amount) {
            assertEq(_balanceOf(owner), before + amount, "the owner got what it asked for");
            _reconcile(minerId, amount);
            assertEq(_seen[minerId].owed, 0, "the owner is paid only while nothing is owed");
            _done(true);
        } catch (bytes memory error_) {
            bytes4[3] memory known = [
                IMinerVault.StillOwed.selector,
                IMinerVault.WithdrawalFailed.selector,
                IMinerVault.InsufficientAvailable.selector
            ];
            _expect(error_, known[0], known[1], known[2]);
        }
    }

    function sync(uint256 m) external counted {
        uint64 minerId = _minerAt(m);
        NFT.sync(minerId);
        assertEq(NFT.minerAccount(minerId).lastSync, block.number, "measured up to now");
        _reconcile(minerId);
        _done(true);
    }

    function harvest(uint256 m) external counted {
        _done(_harvest(m) != 0);
    }

    function mint(uint256 m, uint256 h, uint256 sectors, uint256 terms) external counted {
        uint64 minerId = _minerAt(m);
        if (_live.length >= MAX_LIVE) _burnOldest();
        if (_live.length >= MAX_LIVE) return;
        address owner = _ownerOf(minerId);
        IPowerNFT.MintRequest memory r;
        r.minerId = minerId;
        r.sectors = new IPowerNFT.SectorRange[](1);
        uint64 start = FIRST_SECTOR + uint64(sectors % (SECTORS - 10));
        for (uint64 i = 0; i < 24 && _committed[minerId][start]; ++i)
            start = FIRST_SECTOR + ((start + 5) % (SECTORS - 10));
        uint64 count = uint64((sectors >> 128) % 10) + 1;
        r.sectors[0] = IPowerNFT.SectorRange(start, count);
        r.nominalPower = uint64(bound(terms >> 64, 1, _powerOnChain(minerId) / 3 + 1));
        r.expiry = uint64((block.number / GRID + 2 + (terms % (terms % 3 == 0 ? 4 : 12))) * GRID);
        r.spFeeBps = uint16((terms >> 8) % 3_001);
        r.maxProtocolFeeBps = 500;
        r.to = _holders[h % _holders.length];
        bool overlaps = false;
        for (uint64 i = 0; i < count; ++i) overlaps = overlaps || _committed[minerId][start + i];
        vm.prank(owner);
        try NFT.mint(r) returns (uint256 id) {
            _reconcile(minerId);
            assertTrue(!overlaps, "no sector backs two living NFTs");
            MODEL.mint(id, minerId, r.spFeeBps, _protocolFeeBps, r.expiry);
            _live.push(id);
            _at[id] = _live.length;
            _sectors[id] = r.sectors[0];
            _setCommitted(id, true);
            assertEq(NFT.earnedOf(id), 0, "a new NFT earned nothing");
            if ((terms >> 32) % 2 == 0) _attest(minerId, id, r.nominalPower);
            _done(true);
        } catch (bytes memory error_) {
            if (overlaps) _expect(error_, IPowerNFT.SectorCommitted.selector, IPowerNFT.InArrears.selector, 0);
            else _expect(error_, IPowerNFT.InArrears.selector, 0, 0);
        }
    }

    function applyWeights(uint256 m, uint256 which, uint256 seed) external counted {
        uint64 minerId = _minerAt(m);
        (uint256[] memory ids, uint64[] memory weights) = _somePage(minerId, which, seed);
        if (ids.length == 0) return;
        _applyWeights(minerId, ids, weights);
        _done(true);
    }

    function transfer(uint256 i, uint256 h) external counted {
        if (_live.length == 0) return;
        uint256 id = _live[i % _live.length];
        for (uint256 k = 0; k < _live.length && i % 4 != 0 && NFT.payableOf(id) == 0; ++k) id = _live[k];
        address from = NFT.ownerOf(id);
        address to = _holders[h % _holders.length];
        uint256 payable_ = NFT.payableOf(id);
        uint256 unpaid = NFT.unpaidOf(id);
        uint256 credit = NFT.creditOf(from);
        vm.prank(from);
        NFT.transferFrom(from, to, id);
        if (from == to) return;
        assertEq(NFT.creditOf(from), credit + payable_, "what was payable is the seller's credit");
        assertEq(NFT.payableOf(id), 0, "nothing payable travels");
        assertEq(NFT.unpaidOf(id), unpaid, "what is unpaid travels");
        _done(true);
    }

    /// @dev Never reverts for the holder, whatever state the miner is in.
    function claim(uint256 h, uint256 p, uint256 which) external counted {
        address holder = _holders[h % _holders.length];
        address to = _payees[p % _payees.length];
        (uint256[] memory ids, uint256 due) = _claimable(holder, which);
        // so that claims are worth checking: somebody else's, or after a harvest
        for (uint256 i = 1; i < 2 * _holders.length && due == 0; ++i) {
            if (i == _holders.length) _harvest(which >> 8);
            holder = _holders[((h % _holders.length) + i) % _holders.length];
            (ids, due) = _claimable(holder, which);
        }
        uint256 before = _balanceOf(to);
        vm.prank(holder);
        uint256 amount = NFT.claim(ids, to);
        assertEq(amount, due, "a claim pays what is payable");
        assertEq(_balanceOf(to), before + amount, "to the payee");
        _cash -= amount;
        for (uint256 i = 0; i < ids.length; ++i) assertEq(NFT.payableOf(ids[i]), 0, "a claim takes everything payable");
        _done(amount != 0);
    }

    function claimCredit(uint256 h, uint256 p) external counted {
        address holder = _holders[h % _holders.length];
        for (uint256 i = 0; i < _holders.length; ++i) {
            if (NFT.creditOf(_holders[i]) > NFT.creditOf(holder)) holder = _holders[i];
        }
        address to = _payees[p % _payees.length];
        uint256 credit = NFT.creditOf(holder);
        uint256 before = _balanceOf(to);
        vm.prank(holder);
        assertEq(NFT.claimCredit(to), credit, "the whole credit is paid");
        assertEq(_balanceOf(to), before + credit, "to the payee");
        assertEq(NFT.creditOf(holder), 0, "once");
        _cash -= credit;
        _done(credit != 0);
    }

    function claimFees(uint256 p) external counted {
        address to = _payees[p % _payees.length];
        uint256 fees = NFT.protocolFees();
        uint256 before = _balanceOf(to);
        assertEq(NFT.claimProtocolFees(to), fees, "the protocol's fees are paid");
        assertEq(_balanceOf(to), before + fees, "to the payee");
        assertEq(NFT.protocolFees(), 0, "once");
        _cash -= fees;
        _done(fees != 0);
    }

    function burn(uint256 i) external counted {
        if (_live.length == 0) return;
        for (uint256 k = 0; k < _live.length; ++k) {
            uint256 id = _live[((i % _live.length) + k) % _live.length];
            if (NFT.expiryOf(id) <= block.number) return _burn(id);
        }
        _burn(_live[i % _live.length]);
    }

    function freeSectors(uint256 i) external counted {
        if (_live.length == 0) return;
        uint256 id = _live[i % _live.length];
        for (uint256 k = 0; k < _live.length && NFT.expiryOf(id) > block.number; ++k) id = _live[k];
        uint256[] memory ids = new uint256[](1);
        ids[0] = id;
        try NFT.freeSectors(ids) {
            assertLe(NFT.expiryOf(id), block.number, "only sectors of an expired NFT are freed");
            if (!_freed[id]) _setCommitted(id, false);
            _freed[id] = true;
            _done(true);
        } catch (bytes memory error_) {
            _expect(error_, IPowerNFT.NotExpired.selector, 0, 0);
        }
    }

    function setParameters(uint256 fee, uint256 factor) external counted {
        _protocolFeeBps = bound(fee, 0, 500);
        NFT.setProtocolFee(uint16(_protocolFeeBps));
        NFT.setRewardFactor(uint16(factor % 3 == 0 ? bound(factor, 160, 480) : 240));
        _done(true);
    }

    /// @dev A miner that nobody synced for half a year.
    function skip(uint256 m, uint256 seed) external counted {
        uint64 minerId = _minerAt(m);
        uint256 deadline = NFT.minerAccount(minerId).syncDeadline;
        uint256 earliest = deadline + GIVE_UP_DELAY;
        if (seed % 3 == 0 && earliest > block.number) vm.roll(earliest + ((seed >> 8) % 100));
        bool again = _seen[minerId].factor == 0;
        if (_seen[minerId].lastSync == block.number) return;
        try NFT.skip(minerId) {
            assertTrue(again || deadline == 0 || block.number >= earliest, "given up only when it is of no use");
            if (deadline == 0) return;
            assertEq(NFT.minerAccount(minerId).rewards, _seen[minerId].rewards, "what was not measured counts nothing");
            MODEL.sync(minerId, 0, MODEL.qapOf(minerId));
            (_seen[minerId].lastSync, _seen[minerId].factor) = (block.number, 0);
            _skipped(minerId);
            _done(true);
        } catch (bytes memory error_) {
            assertLe(block.number + 1, earliest, "measuring can be given up");
            _expect(error_, IPowerNFT.TooEarlyToSkip.selector, 0, 0);
        }
    }

    // INVARIANTS

    /// @notice Everything that must hold after every action.
    function check() public virtual override {
        uint256 held = NFT.protocolFees();
        uint256 feesToCome = 0;
        uint256 dust = 0;
        for (uint256 i = 0; i < _live.length; ++i) {
            (uint256 payable_, uint256 fee) = _checkNft(_live[i]);
            held += payable_;
            feesToCome += fee;
        }
        for (uint256 i = 0; i < _holders.length; ++i) held += NFT.creditOf(_holders[i]);
        for (uint256 i = 0; i < _minerIds.length; ++i) dust += _checkMiner(_minerIds[i]);
        IPowerNFT.Solvency memory s = NFT.solvency(_minerIds[0]);
        assertEq(s.cash, _cash, "cash is what came in less what was paid out");
        assertGe(s.cash, s.liabilities, "cash covers what can be taken out");
        assertLe(held, s.liabilities, "payable, credits and fees are covered");
        assertLe(
            s.liabilities,
            held + feesToCome + dust + 2 * (_live.length + _burned),
            "nothing but dust is left over"
        );
    }

    function _checkNft(uint256 id) private returns (uint256 payable_, uint256 fee) {
        uint256 earned = NFT.earnedOf(id);
        uint256 paid = NFT.paidOf(id);
        payable_ = NFT.payableOf(id);
        assertEq(paid + payable_ + NFT.unpaidOf(id), earned, "paid + payable + unpaid = earned");
        assertGe(earned, _earnedBefore[id], "earned never falls");
        _earnedBefore[id] = earned;

        ReferenceLedger.Nft memory n = MODEL.nft(id);
        uint256 exact = MODEL.holdersPart(id, MODEL.earnedOf(id)) >> 128;
        assertLe(earned, exact, "earned is rounded down");
        assertLe(exact - earned, n.stretches + 2, "by dust");
        exact = MODEL.holdersPart(id, MODEL.coveredOf(id)) >> 128;
        uint256 all = MODEL.stretchesOf(_minerOf(id)) + 2;
        assertLe(exact, paid + payable_ + all, "the oldest income is covered first, less dust");
        assertLe(paid + payable_, exact + all, "the oldest income is covered first");
        _checkWeight(id);
        fee = (payable_ * n.feeBps) / (n.payBps - n.feeBps) + 2;
    }

    function _checkMiner(uint64 minerId) private view returns (uint256 dust) {
        IPowerNFT.MinerAccount memory a = NFT.minerAccount(minerId);
        (uint256 weight, uint256 living) = MODEL.weightOf(minerId);
        assertEq(a.weight, weight, "the sum of the weights");
        assertLe(a.weight, _ceiling[minerId], "no more than the power on chain at the last rise");
        assertEq(a.living, living, "how many NFTs have not expired");
        assertEq(a.covered, MODEL.cashOf(minerId), "the mark is the cash");
        assertEq(a.earned, a.covered + a.owed, "earned = covered + owed");
        assertEq(a.lastSync, MODEL.lastSyncOf(minerId), "every sync was followed");
        return MODEL.stretchesOf(minerId) + MAX_LIVE;
    }

    /// @notice The end: all NFTs expire, everything owed comes in and is taken out, and everything is burned.
    function settle() external override {
        uint256 last = block.number + 1;
        for (uint256 i = 0; i < _live.length; ++i) {
            if (NFT.expiryOf(_live[i]) > last) last = NFT.expiryOf(_live[i]);
        }
        vm.roll(last);
        for (uint256 i = 0; i < _minerIds.length; ++i) {
            uint64 minerId = _minerIds[i];
            NFT.sync(minerId);
            _reconcile(minerId);
            assertEq(NFT.minerAccount(minerId).weight, 0, "the totals of each date are the sums over its NFTs");
            assertEq(NFT.minerAccount(minerId).living, 0, "and so is their number");
            vm.deal(NFT.vaultOf(minerId), NFT.vaultOf(minerId).balance + _seen[minerId].owed);
            NFT.harvest(minerId);
            _reconcile(minerId);
            assertEq(_seen[minerId].owed, 0, "cash covers everything");
        }
        this.check();
        while (_live.length != 0) {
            assertEq(NFT.unpaidOf(_live[0]), 0, "then everybody can be paid in full");
            uint256 count = _live.length;
            _burn(_live[0]);
            assertEq(_live.length, count - 1, "an NFT that is paid in full can be burned");
        }
        this.check();
        for (uint256 i = 0; i < _minerIds.length; ++i) {
            for (uint64 s = FIRST_SECTOR; s < FIRST_SECTOR + SECTORS; ++s) {
                assertTrue(!NFT.isCommitted(_minerIds[i], s), "no sector stays committed");
            }
        }
    }

    // PARTS

    /// @dev Weights for some NFTs of a miner: of each nothing, everything, or something between.
    function _somePage(
        uint64 minerId,
        uint256 which,
        uint256 seed
    ) internal view returns (uint256[] memory ids, uint64[] memory weights) {
        uint256 count = 0;
        ids = new uint256[](_live.length);
        for (uint256 i = 0; i < _live.length; ++i) {
            if (_minerOf(_live[i]) == minerId && (which >> i) % 4 != 0) ids[count++] = _live[i];
        }
        assembly ("memory-safe") {
            mstore(ids, count)
        }
        weights = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            if (draw % 8 == 0) weights[i] = 0;
            else if (draw % 8 < 3) weights[i] = NFT.nominalPowerOf(ids[i]);
            else weights[i] = uint64((draw >> 8) % (uint256(NFT.nominalPowerOf(ids[i])) + 1));
        }
    }

    /// @dev Lets the reference follow what the contracts have just measured and harvested.
    function _reconcile(uint64 minerId) internal {
        _reconcile(minerId, 0);
    }

    function _reconcile(uint64 minerId, uint256 toOwner) internal {
        IPowerNFT.MinerAccount memory a = NFT.minerAccount(minerId);
        Seen storage seen = _seen[minerId];
        uint256 rewards = a.rewards - seen.rewards;
        if (a.lastSync != seen.lastSync) {
            _checkRewards(minerId, rewards, seen.factor, seen.lastSync);
            seen.arrears = _arrears(seen, minerId, a, toOwner);
            assertEq(
                a.arrears,
                seen.arrears < a.owed ? seen.arrears : a.owed,
                "income that was owed but went elsewhere"
            );
            assertEq(a.qap, _powerOnChain(minerId), "the power on chain");
            MODEL.sync(minerId, rewards, a.qap);
            seen.factor = NFT.rewardFactor();
        } else {
            assertEq(rewards, 0, "rewards come by a sync only");
        }
        uint256 cash = a.covered - seen.covered;
        if (cash != 0) {
            MODEL.cover(minerId, cash);
            _cash += cash;
        }
        (seen.lastSync, seen.rewards, seen.covered, seen.owed) = (a.lastSync, a.rewards, a.covered, a.owed);
    }

    /// @dev min(owed, max(0, 95 % of rewards - cash - growth of wealth)) since nothing was last owed; what was liquid
    /// beyond the debt then does not count. As the sync found it: before the same action harvested and paid the owner.
    function _arrears(
        Seen storage seen,
        uint64 minerId,
        IPowerNFT.MinerAccount memory a,
        uint256 toOwner
    ) private returns (uint256) {
        uint256 harvested = a.covered - seen.covered;
        int256 owed = int256(a.owed + harvested);
        int256 liquid = _availableOnChain(minerId) + int256(NFT.vaultOf(minerId).balance + harvested + toOwner);
        int256 table = int256(_tableOnChain(minerId));
        if (seen.owed == 0) {
            (seen.clearRewards, seen.clearCovered) = (a.rewards, seen.covered);
            seen.clearWealth = table + (liquid < owed ? liquid : owed);
            return 0;
        }
        // of both moments rounded down: their difference may be 1 attoFIL above 95 % of what came between them
        int256 missing = int256((a.rewards * 95) / 100) - int256((seen.clearRewards * 95) / 100);
        missing -= int256(seen.covered - seen.clearCovered) + table + liquid - seen.clearWealth;
        if (missing < 0) return 0;
        return uint256(missing < owed ? missing : owed);
    }

    /// @dev Makes room for another NFT, where one can be burned.
    function _burnOldest() private {
        for (uint256 k = 0; k < _live.length; ++k) {
            if (NFT.expiryOf(_live[k]) > block.number || NFT.unpaidOf(_live[k]) != 0) continue;
            ++calls[this.burn.selector];
            return _burn(_live[k]);
        }
    }

    function _burn(uint256 id) private {
        address holder = NFT.ownerOf(id);
        uint256 credit = NFT.creditOf(holder) + NFT.payableOf(id);
        uint256 unpaid = NFT.unpaidOf(id);
        bool attested = NFT.powerOf(id).attestedAt != 0;
        vm.prank(holder);
        try NFT.burn(id) {
            assertEq(unpaid, 0, "an NFT is burned only when it is paid in full");
            assertTrue(
                !attested || MODEL.lastSyncOf(_minerOf(id)) >= _expiry(id),
                "nor before its last income is measured"
            );
            assertEq(NFT.creditOf(holder), credit, "what was payable is the holder's credit");
            if (MODEL.lastSyncOf(_minerOf(id)) < _expiry(id)) MODEL.remove(id);
            if (!_freed[id]) _setCommitted(id, false);
            ++_burned;
            for (uint256 at = _at[id]; at < _live.length; ++at) {
                _live[at - 1] = _live[at];
                _at[_live[at]] = at;
            }
            _live.pop();
            delete _at[id];
            ++successes[this.burn.selector];
        } catch (bytes memory error_) {
            _expect(error_, IPowerNFT.NotBurnable.selector, 0, 0);
        }
    }

    function _setCommitted(uint256 id, bool committed) private {
        IPowerNFT.SectorRange memory range = _sectors[id];
        uint64 minerId = _minerOf(id);
        for (uint64 i = 0; i < range.count; ++i) _committed[minerId][range.start + i] = committed;
        for (uint64 s = range.start - 2; s < range.start + range.count + 2; ++s) {
            assertTrue(NFT.isCommitted(minerId, s) == _committed[minerId][s], "the sectors that back NFTs");
        }
    }

    function _attest(uint64 minerId, uint256 id, uint64 weight) private {
        uint256[] memory ids = new uint256[](1);
        uint64[] memory weights = new uint64[](1);
        (ids[0], weights[0]) = (id, weight);
        _applyWeights(minerId, ids, weights);
    }

    function _applyWeights(uint64 minerId, uint256[] memory ids, uint64[] memory weights) private {
        _weighed(minerId, _report(minerId, ids, weights), ids, weights);
    }

    /// @dev Lets the reference follow a page of weights that was applied.
    function _weighed(uint64 minerId, uint16 frame, uint256[] memory ids, uint64[] memory weights) internal {
        _reconcile(minerId);
        for (uint256 i = 0; i < ids.length; ++i) {
            if (!_isOpen(ids[i], frame)) continue;
            if (_attested[ids[i]].ever && weights[i] <= MODEL.nft(ids[i]).weight) _setWeight(ids[i], frame, weights[i]);
        }
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_isOpen(ids[i], frame)) _rise(minerId, ids[i], frame, weights[i]);
        }
        for (uint256 i = 0; i < ids.length; ++i) {
            if (_isLive(ids[i])) _checkWeight(ids[i]);
        }
    }

    /// @dev Falls come first; rises go as far as the power on chain leaves room, and in arrears at most to where a weight
    /// was before.
    function _rise(uint64 minerId, uint256 id, uint16 frame, uint256 weight) private {
        uint256 old = MODEL.nft(id).weight;
        if (weight <= old || frame <= _attested[id].challengedIn) return;
        uint256 peak = _attested[id].peak;
        bool inArrears = _seen[minerId].arrears != 0 && _seen[minerId].owed != 0; // cash may have come since the sync
        if (inArrears && weight > peak) weight = peak;
        (uint256 sum, ) = MODEL.weightOf(minerId);
        uint256 power_ = _powerOnChain(minerId);
        uint256 room = power_ > sum ? power_ - sum : 0;
        if (weight > old + room) weight = old + room;
        if (weight > peak) _attested[id].peak = weight;
        if (weight > old) _ceiling[minerId] = power_;
        if (weight != 0) _setWeight(id, frame, weight);
    }

    function _setWeight(uint256 id, uint16 frame, uint256 weight) private {
        Attested storage attested = _attested[id];
        (attested.previous, attested.frame, attested.ever) = (MODEL.nft(id).weight, frame, true);
        MODEL.setWeight(id, weight);
    }

    /// @dev Whether a report of a frame can still change an NFT's weight.
    function _isOpen(uint256 id, uint16 frame) private view returns (bool) {
        return _isLive(id) && frame > _attested[id].frame && block.number < _expiry(id);
    }

    /// @dev A challenge lowers both weights to what the chain proved; only a report of a later frame raises them.
    function _lowered(uint256 id, uint16 frame, uint64 proven) internal {
        _reconcile(_minerOf(id));
        (_attested[id].previous, _attested[id].challengedIn) = (proven, frame);
        if (proven < MODEL.nft(id).weight) MODEL.setWeight(id, proven);
        _checkWeight(id);
    }

    /// @dev Whether an NFT was minted, and not burned.
    function _isLive(uint256 id) internal view returns (bool) {
        return _at[id] != 0;
    }

    /// @dev Weights as the rules say: the last, the one before it, and the report that they come from.
    function _checkWeight(uint256 id) private view {
        ReferenceLedger.Nft memory n = MODEL.nft(id);
        assertEq(NFT.weightOf(id), block.number < n.expiry ? n.weight : 0, "the weight that was set, up to the expiry");
        (uint256 last, uint256 previous, uint16 frame) = NFT.attestedWeightsOf(id);
        assertEq(last, n.weight, "falls always, rises as far as there is power");
        assertEq(previous, _attested[id].previous, "the weight before it");
        assertEq(frame, _attested[id].frame, "the frame of the last word");
        assertLe(last, NFT.nominalPowerOf(id), "no weight above nominal power");
    }

    function _harvest(uint256 m) private returns (uint256 amount) {
        uint64 minerId = _minerAt(m);
        for (uint256 i = 0; i < _minerIds.length && _seen[minerId].owed == 0; ++i) minerId = _minerIds[i];
        if (_seen[minerId].owed == 0) {
            for (uint256 i = 0; i < _minerIds.length && NFT.minerAccount(minerId).weight == 0; ++i)
                minerId = _minerIds[i];
            _reward(minerId, m >> 16);
            vm.roll(block.number + 1);
        }
        if (_seen[minerId].owed == 0 || m % 4 != 0) {
            NFT.sync(minerId);
            _reconcile(minerId);
        }
        if (m % 8 < 4 || (m % 8 < 6 && _availableOnChain(minerId) <= 0)) _free(minerId, m >> 8);
        uint256 liabilities = NFT.solvency(minerId).liabilities;
        amount = NFT.harvest(minerId);
        assertEq(NFT.solvency(minerId).liabilities, liabilities + amount, "what was harvested can be taken out");
        assertEq(NFT.minerAccount(minerId).covered, _seen[minerId].covered + amount, "cash moves the mark");
        _reconcile(minerId);
    }

    function _claimable(address holder, uint256 which) private view returns (uint256[] memory ids, uint256 due) {
        ids = new uint256[](_live.length);
        uint256 count = 0;
        for (uint256 i = 0; i < _live.length; ++i) {
            if (NFT.ownerOf(_live[i]) != holder || (which >> i) % 8 == 0) continue;
            ids[count++] = _live[i];
            due += NFT.payableOf(_live[i]);
        }
        assembly ("memory-safe") {
            mstore(ids, count)
        }
    }

    function _minerAt(uint256 m) internal view returns (uint64) {
        return _minerIds[m % _minerIds.length];
    }

    function _minerOf(uint256 id) internal view returns (uint64 minerId) {
        return MODEL.nft(id).minerId;
    }

    function _expiry(uint256 id) internal view returns (uint64 expiry) {
        return MODEL.nft(id).expiry;
    }

    /// @dev An error other than the named ones goes on: it fails the run.
    function _expect(bytes memory error_, bytes4 a, bytes4 b, bytes4 c) internal pure {
        bytes4 selector = bytes4(error_);
        if (selector != 0 && (selector == a || selector == b || selector == c)) return;
        assembly ("memory-safe") {
            revert(add(error_, 0x20), mload(error_))
        }
    }
}
