// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    Actors,
    BURNT_FUNDS,
    Exit,
    FORBIDDEN,
    ILLEGAL_ARGUMENT,
    ILLEGAL_STATE,
    INSUFFICIENT_FUNDS,
    Message,
    NotImitated,
    NOT_FOUND,
    SERIALIZATION,
    UNHANDLED_MESSAGE,
    WrongSectorState
} from "./Actors.sol";
import { Addresses } from "./Addresses.sol";
import { Cbor, Reader } from "./Cbor.sol";
import { Vesting, VestingFunds } from "./VestingFunds.sol";

enum SectorState {
    Absent,
    Active,
    Faulty,
    /// @dev Still in its partition, no longer alive.
    Terminated
}

/// @dev Sectors in a row that are alike but for what happened to them since.
struct SectorRange {
    uint64 first;
    uint64 count;
    uint64 deadline;
    uint64 partition;
    /// @dev Epochs.
    int64 activation;
    int64 expiration;
    /// @dev Bytes of raw and of quality-adjusted power of each sector.
    uint256 raw;
    uint256 qa;
    /// @dev attoFIL of each sector.
    uint256 pledge;
}

struct Beneficiary {
    uint64 id;
    /// @dev attoFIL.
    uint256 quota;
    uint256 used;
    /// @dev Epoch.
    int64 expiration;
}

struct BeneficiaryChange {
    bool exists;
    uint64 id;
    /// @dev attoFIL.
    uint256 quota;
    /// @dev Epoch.
    int64 expiration;
    bool approvedByBeneficiary;
    bool approvedByNominee;
}

struct Miner {
    uint64 owner;
    bool ownerChanging;
    uint64 pendingOwner;
    uint64 worker;
    uint64[] controls;
    Beneficiary beneficiary;
    BeneficiaryChange change;
    /// @dev Bytes.
    uint64 sectorSize;
    /// @dev Epoch at which some proving period began.
    uint64 provingPeriodStart;
    /// @dev Whether the end of each deadline unlocks what vested.
    bool cronActive;
    /// @dev Terminated sectors wait for their fee: nothing can be withdrawn.
    bool earlyTerminations;
    /// @dev attoFIL.
    uint256 locked;
    uint256 preCommitDeposits;
    uint256 initialPledge;
    uint256 feeDebt;
    VestingFunds vesting;
    SectorRange[] ranges;
    /// @dev What became of a sector since its range was added; zero: it is active.
    mapping(uint64 sector => SectorState state) fate;
    /// @dev Terminated sectors that a compaction removed.
    mapping(uint64 sector => bool gone) compacted;
    /// @dev Partitions that a compaction moved sectors to, plus one.
    mapping(uint64 sector => uint64 partitionPlusOne) moved;
}

/// @dev Power that the power actor credits a miner with, bytes.
struct Claim {
    bool exists;
    uint256 raw;
    uint256 qa;
}

/// @notice The miner actor.
abstract contract Miners is Actors {
    using Cbor for Reader;
    using Vesting for VestingFunds;

    mapping(uint64 id => Miner miner) internal miners;
    mapping(uint64 id => Claim claim) internal claims;
    /// @dev Expected reward of one byte of quality-adjusted power over 3.51 days, attoFIL as Q.128.
    uint256 internal expectedPerByte;

    uint64 private constant DAY = 2_880;
    uint64 private constant DEADLINE = 60;
    uint64 private constant DEADLINES = 48;
    /// @dev Sector age at which the termination fee is full, days.
    uint256 private constant FULL_FEE_DAYS = 140;

    uint64 private constant CHANGE_PEER_ID = 4;
    uint64 private constant APPLY_REWARDS = 14;
    uint64 private constant CONFIRM_WORKER = 21;
    uint64 private constant DISPUTE_WINDOWED_POST = 24;
    /// @dev The methods of messages that nothing here acts on, one bit each: 3, 4, 5, 9 to 15, 17 to 20, 24, 28, 32 and
    /// 34 to 36.
    uint256 private constant NOT_IMITATED = 0x1d111efe38;

    // DISPATCH

    function _callMiner(Message memory m) internal returns (bytes memory) {
        Miner storage s = miners[m.to];
        uint64 method = m.method;
        if (method == 16 || method == 2280458852) return _withdrawBalance(s, m);
        if (method == 23 || method == 1010589339) return _changeOwner(s, m);
        if (method == 30 || method == 1570634796) return _changeBeneficiary(s, m);
        if (method == 22 || method == 3665352697) return _repayDebt(s, m);
        if (method == 348244887) return _isControllingAddress(s, m);
        if (method == 4127382196) return _maxTerminationFee(m);
        if (method == 1321604665) return _generateSectorLocation(s, m);
        if (method == 3092458564) return _validateSectorStatus(s, m);
        if (method == 3010055991) return _nominalSectorExpiration(s, m);
        return _getter(s, m);
    }

    function _getter(Miner storage s, Message memory m) private view returns (bytes memory answer) {
        uint64 method = m.method;
        if (method == 2) answer = _controlAddresses(s);
        else if (method == 31 || method == 4158972569) answer = _getBeneficiary(s);
        else if (method == 3275365574) answer = _getOwner(s);
        else if (method == 4026106874) answer = Cbor.bigInt(_available(m.to, s));
        else if (method == 1726876304) answer = s.vesting.encode(_vestingCut(s));
        else if (method == 3858292296) answer = Cbor.uint_(s.sectorSize);
        else if (method == 3180523767) answer = Cbor.bigUint(s.initialPledge);
        else if (method == CONFIRM_WORKER) _check(m.hasParams || m.from == s.owner, FORBIDDEN);
        else _refuse(s, m);
        _expectParams(m, false);
    }

    /// @dev Messages that nothing here acts on: unknown ones, ones without or with unreadable parameters, and those of
    /// strangers are refused as the chain refuses them. Of most, no parameters are readable here.
    function _refuse(Miner storage s, Message memory m) private view {
        _check(m.method < 256 && (NOT_IMITATED >> m.method) & 1 != 0, UNHANDLED_MESSAGE);
        Reader memory r = _reader(m);
        if (m.method == APPLY_REWARDS) {
            r.readArray(2);
            r.readBigInt();
            r.readBigInt();
        } else if (m.method == CHANGE_PEER_ID) {
            r.readArray(1);
            r.readBytes();
        } else if (m.method == DISPUTE_WINDOWED_POST) {
            r.readArray(2);
            r.readUint();
            r.readUint();
        } else {
            r.bad = true;
        }
        _params(r);
        if (m.method == DISPUTE_WINDOWED_POST) revert NotImitated(m.method); // anybody may, if the deadline is the right one
        _check(m.method == CHANGE_PEER_ID && _controls(s, m.from), FORBIDDEN);
        revert NotImitated(m.method);
    }

    function _params(Reader memory r) private pure {
        _check(r.done(), SERIALIZATION);
    }

    /// @dev The parameters of a method that takes some.
    function _reader(Message memory m) private pure returns (Reader memory) {
        _expectParams(m, true);
        return Cbor.reader(m.params);
    }

    function _epoch() internal view returns (int64) {
        return int64(uint64(block.number));
    }

    // OWNER

    function _getOwner(Miner storage s) private view returns (bytes memory) {
        return
            bytes.concat(
                hex"82",
                Cbor.bytes_(Addresses.idBytes(s.owner)),
                s.ownerChanging ? Cbor.bytes_(Addresses.idBytes(s.pendingOwner)) : Cbor.null_()
            );
    }

    function _changeOwner(Miner storage s, Message memory m) private returns (bytes memory) {
        Reader memory r = _reader(m);
        bytes memory address_ = r.readBytes();
        _params(r);
        _check(Addresses.wellFormed(address_), SERIALIZATION);
        _check(address_[0] == 0x00, ILLEGAL_ARGUMENT);
        (, uint64 next, ) = Addresses.readUleb128(address_, 1);
        if (m.from == s.owner || !s.ownerChanging) {
            _check(m.from == s.owner, FORBIDDEN);
            _write(m);
            (s.ownerChanging, s.pendingOwner) = (true, next);
        } else {
            _check(m.from == s.pendingOwner, FORBIDDEN);
            _check(next == s.pendingOwner, ILLEGAL_ARGUMENT);
            _write(m);
            if (s.beneficiary.id == s.owner) s.beneficiary.id = next;
            delete s.change;
            s.owner = next;
        }
        if (s.pendingOwner == s.owner) (s.ownerChanging, s.pendingOwner) = (false, 0);
        return "";
    }

    function _controlAddresses(Miner storage s) private view returns (bytes memory answer) {
        answer = bytes.concat(
            hex"83",
            Cbor.bytes_(Addresses.idBytes(s.owner)),
            Cbor.bytes_(Addresses.idBytes(s.worker)),
            Cbor.array(uint64(s.controls.length))
        );
        for (uint256 i; i < s.controls.length; ++i) {
            answer = bytes.concat(answer, Cbor.bytes_(Addresses.idBytes(s.controls[i])));
        }
    }

    function _isControllingAddress(Miner storage s, Message memory m) private view returns (bytes memory) {
        Reader memory r = _reader(m);
        bytes memory address_ = r.readBytes();
        _params(r);
        _check(Addresses.wellFormed(address_), SERIALIZATION);
        (bool found, uint64 id) = _resolve(address_);
        return Cbor.bool_(found && _controls(s, id));
    }

    function _controls(Miner storage s, uint64 id) private view returns (bool) {
        if (id == s.owner || id == s.worker) return true;
        for (uint256 i; i < s.controls.length; ++i) if (s.controls[i] == id) return true;
        return false;
    }

    // BENEFICIARY

    function _getBeneficiary(Miner storage s) private view returns (bytes memory) {
        Beneficiary storage b = s.beneficiary;
        BeneficiaryChange storage c = s.change;
        bytes memory active = bytes.concat(
            hex"82",
            Cbor.bytes_(Addresses.idBytes(b.id)),
            hex"83",
            Cbor.bigUint(b.quota),
            Cbor.bigUint(b.used),
            Cbor.int_(b.expiration)
        );
        bytes memory pending =
            c.exists
                ? bytes.concat(
                    hex"85",
                    Cbor.bytes_(Addresses.idBytes(c.id)),
                    Cbor.bigUint(c.quota),
                    Cbor.int_(c.expiration),
                    Cbor.bool_(c.approvedByBeneficiary),
                    Cbor.bool_(c.approvedByNominee)
                )
                : Cbor.null_();
        return bytes.concat(hex"82", active, pending);
    }

    /// @dev What a term still allows, attoFIL; nothing once it expired.
    function _quotaLeft(Beneficiary storage b) private view returns (uint256) {
        return b.expiration > _epoch() && b.quota > b.used ? b.quota - b.used : 0;
    }

    function _changeBeneficiary(Miner storage s, Message memory m) private returns (bytes memory) {
        Reader memory r = _reader(m);
        r.readArray(3);
        bytes memory address_ = r.readBytes();
        (bool negative, uint256 quota) = r.readBigInt();
        int64 expiration = r.readInt();
        _params(r);
        _check(Addresses.wellFormed(address_), SERIALIZATION);
        (bool found, uint64 id) = _resolveAndRemember(address_, !m.readOnly);
        _check(found, ILLEGAL_ARGUMENT);

        BeneficiaryChange storage c = s.change;
        if (m.from == s.owner) {
            if (id != s.owner) _check(!negative && quota != 0, ILLEGAL_ARGUMENT);
            else _check(quota == 0 && expiration == 0, ILLEGAL_ARGUMENT);
            _write(m);
            (c.exists, c.id, c.quota, c.expiration) = (true, id, quota, expiration);
            (c.approvedByBeneficiary, c.approvedByNominee) = (_quotaLeft(s.beneficiary) == 0, false);
        } else {
            _check(c.exists && (m.from == s.beneficiary.id || m.from == c.id), FORBIDDEN);
            _check(c.id == id && !negative && c.quota == quota && c.expiration == expiration, ILLEGAL_ARGUMENT);
            _write(m);
        }
        if (m.from == s.beneficiary.id) c.approvedByBeneficiary = true;
        if (m.from == id) c.approvedByNominee = true;
        if (c.approvedByBeneficiary && c.approvedByNominee) {
            Beneficiary storage b = s.beneficiary;
            if (b.id != id) b.used = 0;
            (b.id, b.quota, b.expiration) = (id, quota, expiration);
            delete s.change;
        }
        return "";
    }

    // BALANCE

    /// @dev Entries before this epoch were unlocked by the end of a deadline, nobody's message needed.
    function _vestingCut(Miner storage s) internal view returns (uint64) {
        if (!s.cronActive || block.number < DEADLINE) return 0;
        uint64 last = uint64(block.number) - 1;
        uint64 offset = (s.provingPeriodStart + DEADLINE - 1) % DEADLINE;
        return last - ((last + DEADLINE - offset) % DEADLINE);
    }

    /// @dev Does what the ends of deadlines up to now did.
    function _vestByCron(Miner storage s) internal {
        s.locked -= s.vesting.unlockVested(_vestingCut(s));
    }

    /// @dev Balance that nothing locks, attoFIL; fee debt not taken off.
    function _unlocked(uint64 id, Miner storage s) private view returns (int256) {
        uint256 locked = s.locked - s.vesting.vestedBefore(_vestingCut(s));
        return int256(_balance(id)) - int256(locked + s.preCommitDeposits + s.initialPledge);
    }

    function _available(uint64 id, Miner storage s) internal view returns (int256) {
        return _unlocked(id, s) - int256(s.feeDebt);
    }

    function _withdrawBalance(Miner storage s, Message memory m) private returns (bytes memory) {
        Reader memory r = _reader(m);
        r.readArray(1);
        (bool negative, uint256 amount) = r.readBigInt();
        _params(r);
        _check(!negative, ILLEGAL_ARGUMENT);
        Beneficiary storage b = s.beneficiary;
        _check(m.from == s.owner || m.from == b.id, FORBIDDEN);
        _check(!s.earlyTerminations, FORBIDDEN);
        bool own = b.id == s.owner;
        uint64 now_ = uint64(block.number);
        int256 unlocked =
            _unlocked(m.to, s) + int256(s.vesting.vestedBefore(now_) - s.vesting.vestedBefore(_vestingCut(s)));
        _check(unlocked >= int256(s.feeDebt), INSUFFICIENT_FUNDS);
        uint256 available = uint256(unlocked) - s.feeDebt;
        if (amount > available) amount = available;
        if (!own) {
            uint256 left = _quotaLeft(b);
            _check(left != 0, FORBIDDEN);
            if (amount > left) amount = left;
        }
        _write(m);
        s.locked -= s.vesting.unlockVested(now_);
        uint256 debt = s.feeDebt;
        s.feeDebt = 0;
        if (!own) b.used += amount;
        _pay(m.to, b.id, amount);
        _pay(m.to, BURNT_FUNDS, debt);
        return Cbor.bigUint(amount);
    }

    function _repayDebt(Miner storage s, Message memory m) private returns (bytes memory) {
        _expectParams(m, false);
        _check(_controls(s, m.from), FORBIDDEN);
        _write(m);
        _repayDebtNow(m.to, s, uint64(block.number));
        return "";
    }

    /// @dev Burns fee debt, locked rewards first, the nearest of them first.
    function _repayDebtNow(uint64 id, Miner storage s, uint64 epoch) internal {
        int256 unlocked = _unlocked(id, s);
        (uint256 vested, uint256 unvested) = s.vesting.unlockUnvested(epoch, s.feeDebt);
        s.locked -= vested + unvested;
        uint256 debt = s.feeDebt - unvested;
        uint256 fromBalance =
            unlocked <= 0
                ? 0
                : uint256(unlocked) < debt
                    ? uint256(unlocked)
                    : debt;
        s.feeDebt = debt - fromBalance;
        _pay(id, BURNT_FUNDS, unvested + fromBalance);
    }

    // SECTORS

    /// @dev 3.51 days of expected reward, attoFIL.
    function _faultFee(uint256 qa) internal view returns (uint256) {
        return (qa * expectedPerByte) >> 128;
    }

    /// @dev The fee for ending a sector of this power, pledge and age (days) before its time, attoFIL.
    function _terminationFee(uint256 qa, uint256 pledge, uint256 age) internal view returns (uint256) {
        uint256 full = (pledge * 85) / 1000;
        uint256 fee = age >= FULL_FEE_DAYS ? full : (full * age) / FULL_FEE_DAYS;
        uint256 least = (pledge * 2) / 100;
        uint256 faults = (_faultFee(qa) * 105) / 100;
        if (faults > least) least = faults;
        return fee > least ? fee : least;
    }

    function _maxTerminationFee(Message memory m) private view returns (bytes memory) {
        Reader memory r = _reader(m);
        r.readArray(2);
        (bool negativePower, uint256 power) = r.readBigInt();
        (bool negativePledge, uint256 pledge) = r.readBigInt();
        _params(r);
        // A negative pledge only lowers what the pledge would cost: the fault fee stays.
        return Cbor.bigUint(_terminationFee(negativePower ? 0 : power, negativePledge ? 0 : pledge, FULL_FEE_DAYS));
    }

    /// @dev Where a sector is and how it does; Absent: it never existed or was compacted away.
    function _sector(
        Miner storage s,
        uint64 sector
    ) internal view returns (SectorState state, SectorRange memory range, uint64 partition) {
        _check(sector != type(uint64).max, ILLEGAL_STATE);
        for (uint256 i; i < s.ranges.length; ++i) {
            if (sector < s.ranges[i].first || sector - s.ranges[i].first >= s.ranges[i].count) continue;
            if (s.compacted[sector]) break;
            range = s.ranges[i];
            state = s.fate[sector];
            if (state == SectorState.Absent) state = SectorState.Active;
            uint64 moved = s.moved[sector];
            return (state, range, moved == 0 ? range.partition : moved - 1);
        }
    }

    function _location(int64 deadline, int64 partition) private pure returns (bytes memory) {
        return bytes.concat(hex"82", Cbor.int_(deadline), Cbor.int_(partition));
    }

    /// @dev Dead 0, Active 1, Faulty 2.
    function _status(SectorState state) private pure returns (uint64) {
        return
            state == SectorState.Active
                ? 1
                : state == SectorState.Faulty
                    ? 2
                    : 0;
    }

    function _generateSectorLocation(Miner storage s, Message memory m) private view returns (bytes memory) {
        Reader memory r = _reader(m);
        r.readArray(1);
        uint64 sector = r.readUint();
        _params(r);
        (SectorState state, SectorRange memory range, uint64 partition) = _sector(s, sector);
        bytes memory place =
            state == SectorState.Absent ? _location(-1, -1) : _location(int64(range.deadline), int64(partition));
        return bytes.concat(hex"82", Cbor.uint_(_status(state)), Cbor.bytes_(place));
    }

    function _validateSectorStatus(Miner storage s, Message memory m) private view returns (bytes memory) {
        Reader memory r = _reader(m);
        r.readArray(3);
        uint64 sector = r.readUint();
        uint64 status = r.readUint();
        bytes memory aux = r.readBytes();
        _params(r);
        _check(status <= 2, SERIALIZATION);
        (int64 deadline, int64 partition) = _place(aux);
        (SectorState state, SectorRange memory range, uint64 at) = _sector(s, sector);
        if (state == SectorState.Absent) _check(deadline == -1, NOT_FOUND);
        else _check(deadline == int64(range.deadline) && partition == int64(at), NOT_FOUND);
        return Cbor.bool_(status == _status(state));
    }

    /// @dev Deadline and partition, or -1 twice for a sector that is in none.
    function _place(bytes memory aux) private pure returns (int64 deadline, int64 partition) {
        Reader memory a = Cbor.reader(aux);
        a.readArray(2);
        deadline = a.readInt();
        partition = a.readInt();
        bool nowhere = deadline == -1 && partition == -1;
        bool somewhere = deadline >= 0 && deadline < int64(DEADLINES) && partition >= 0;
        _check(a.done() && (nowhere || somewhere), ILLEGAL_ARGUMENT);
    }

    function _nominalSectorExpiration(Miner storage s, Message memory m) private view returns (bytes memory) {
        Reader memory r = _reader(m);
        uint64 sector = r.readUint();
        _params(r);
        (SectorState state, SectorRange memory range, ) = _sector(s, sector);
        _check(state != SectorState.Absent, NOT_FOUND);
        return Cbor.int_(range.expiration);
    }

    /// @dev Takes a sector's power off the claim, or gives it back.
    function _setPower(uint64 id, SectorRange memory range, bool on) internal {
        Claim storage c = claims[id];
        if (on) (c.raw, c.qa) = (c.raw + range.raw, c.qa + range.qa);
        else (c.raw, c.qa) = (c.raw - range.raw, c.qa < range.qa ? 0 : c.qa - range.qa);
    }

    /// @dev Ends a sector before its time and returns its fee, attoFIL.
    function _terminate(uint64 id, Miner storage s, uint64 sector) internal returns (uint256) {
        (SectorState state, SectorRange memory range, ) = _sector(s, sector);
        require(state == SectorState.Active || state == SectorState.Faulty, WrongSectorState(sector));
        if (state == SectorState.Active) _setPower(id, range, false);
        s.fate[sector] = SectorState.Terminated;
        s.initialPledge -= range.pledge;
        uint256 age = uint256(uint64(_epoch() - range.activation)) / DAY;
        return _terminationFee(range.qa, range.pledge, age);
    }

    /// @dev Whether a deadline exists.
    function _isDeadline(uint64 deadline) internal pure returns (bool) {
        return deadline < DEADLINES;
    }

    /// @dev Refuses a state that cannot be.
    function _checkBalance(uint64 id, Miner storage s) internal view {
        _check(_unlocked(id, s) >= 0, ILLEGAL_STATE);
    }
}
