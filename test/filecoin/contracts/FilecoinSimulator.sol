// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    AlreadyStarted,
    BURNT_FUNDS,
    CBOR_CODEC,
    Exit,
    FIRST_EXPORTED,
    FORBIDDEN,
    IdTaken,
    ILLEGAL_ARGUMENT,
    Kind,
    Message,
    NobodyThere,
    NoSuchDeadline,
    NoSuchMiner,
    NotForYou,
    OwesFees,
    POWER_ACTOR,
    REWARD_ACTOR,
    SEND,
    SERIALIZATION,
    SYS_INVALID_RECEIVER,
    SYS_NOT_FOUND,
    SYS_READ_ONLY,
    UNHANDLED_MESSAGE,
    WrongClass,
    WrongSectorState
} from "./Actors.sol";
import { Addresses } from "./Addresses.sol";
import { Cbor, Reader } from "./Cbor.sol";
import { Claim, Miner, SectorRange, SectorState } from "./Miners.sol";
import { Multisigs } from "./Multisigs.sol";
import { Power } from "./Power.sol";
import { Vesting, VestingFunds } from "./VestingFunds.sol";

/// @notice A Filecoin network inside an EVM: what the precompiles answer, and levers for tests. Anybody may pull any
/// lever: this is test code.
contract FilecoinSimulator is Power, Multisigs {
    using Cbor for Reader;
    using Vesting for VestingFunds;

    /// @notice How a native message ended.
    event MessageDone(uint64 indexed from, uint64 indexed to, uint64 method, int256 code, uint64 codec, bytes ret);

    /// @dev Signs everything that an account ever says.
    string private constant SIGNATURE_DOMAIN = "simulated filecoin signature";
    uint64 private constant RESERVE = 90;

    // WHAT THE PRECOMPILES ASK

    /// @notice The id behind address bytes.
    function resolve(bytes calldata raw) external view returns (bool wellFormed, bool found, uint64 id) {
        wellFormed = Addresses.wellFormed(raw);
        if (wellFormed) (found, id) = _resolve(raw);
    }

    /// @notice Whether a message to these address bytes finds a receiver, or makes one.
    function reachable(bytes calldata to) external view returns (bool) {
        (bool found, uint64 id) = _resolve(to);
        if (to[0] == 0x04) {
            (bool ok, address a) = Addresses.fromF410(to);
            return found || (ok && !Addresses.isMasked(a));
        }
        return found ? actors[id].kind != Kind.None : to[0] != 0x02;
    }

    /// @notice The f410 address of an actor, nothing for one without.
    function delegatedAddress(uint64 id) external view returns (bytes memory) {
        address evm = actors[id].evm;
        return evm == address(0) ? bytes("") : Addresses.f410(evm);
    }

    /// @notice The Ethereum contract behind address bytes, zero if it is anything else.
    function contractAt(bytes calldata raw) external view returns (address) {
        if (raw.length == 22 && raw[0] == 0x04) {
            (bool ok, address a) = Addresses.fromF410(raw);
            return ok && !Addresses.isMasked(a) && a.code.length != 0 ? a : address(0);
        }
        (bool found, uint64 id) = _resolve(raw);
        if (!found) return address(0);
        address evm = actors[id].evm;
        return evm.code.length != 0 ? evm : address(0);
    }

    /// @notice A call by whoever calls, with the value that comes along.
    /// @dev Reverts with `Exit` where the actor call fails, so that nothing of it stays.
    function actorCall(
        bytes calldata to,
        uint64 method,
        bool readOnly,
        bool hasParams,
        bytes calldata params
    ) external payable returns (int256 code, uint64 codec, bytes memory ret) {
        Message memory m;
        (m.method, m.readOnly, m.hasParams, m.params) = (method, readOnly, hasParams, params);
        return _call(msg.sender, to, m);
    }

    /// @dev Who acts is written down and is no placeholder any more.
    function _awaken(address from, uint64 id) private {
        _remember(from, id);
        if (actors[id].kind == Kind.Placeholder) actors[id].kind = Kind.Evm;
    }

    /// @notice A native message of the sending account, reported by an event because a transaction returns nothing.
    function message(bytes calldata to, uint64 method, bytes calldata params) external payable {
        (, uint64 from) = _idOf(msg.sender);
        int256 code;
        uint64 codec;
        bytes memory ret;
        try this.callFor{ value: msg.value }(msg.sender, to, method, params) returns (
            int256 c,
            uint64 k,
            bytes memory r
        ) {
            (code, codec, ret) = (c, k, r);
        } catch (bytes memory error_) {
            (code, codec, ret) = _exitOf(error_);
            if (code == SYS_NOT_FOUND) code = SYS_INVALID_RECEIVER;
            _payFromHere(msg.sender, msg.value);
        }
        (, uint64 id) = _resolve(to);
        emit MessageDone(from, id, method, code, codec, ret);
    }

    /// @dev For this contract only: a frame of its own that can be undone.
    function callFor(
        address from,
        bytes calldata to,
        uint64 method,
        bytes calldata params
    ) external payable returns (int256, uint64, bytes memory) {
        require(msg.sender == address(this), NotForYou());
        Message memory m;
        (m.method, m.hasParams, m.params) = (method, params.length != 0, params);
        return _call(from, to, m);
    }

    function _call(address from, bytes calldata to, Message memory m) private returns (int256, uint64, bytes memory) {
        (m.readOnly, m.value) = (m.readOnly || !_canWrite(), msg.value);
        m.fromContract = !Addresses.isMasked(from) && from.code.length != 0;
        (, m.from) = _idOf(from);
        if (!m.readOnly) _awaken(from, m.from);
        else _check(msg.value == 0, SYS_READ_ONLY);
        m.to = _resolveOrCreate(to, !m.readOnly);
        _payFromHere(_purse(m.to), msg.value);
        bytes memory ret = _dispatch(m);
        return (0, ret.length == 0 ? 0 : CBOR_CODEC, ret);
    }

    function _dispatch(Message memory m) internal override returns (bytes memory) {
        Kind kind = actors[m.to].kind;
        if (m.method == SEND || kind == Kind.Placeholder) return "";
        _check(!m.fromContract || m.method >= FIRST_EXPORTED, FORBIDDEN);
        if (kind == Kind.Miner) return _callMiner(m);
        if (kind == Kind.Power) return _callPower(m);
        if (kind == Kind.Multisig) return _callMultisig(m);
        if (kind == Kind.Account) return _callAccount(m);
        if (kind == Kind.Evm || kind == Kind.None) {
            _check(m.method >= FIRST_EXPORTED, UNHANDLED_MESSAGE);
            return "";
        }
        revert Exit(UNHANDLED_MESSAGE, 0, "");
    }

    // ACCOUNTS

    uint64 private constant AUTHENTICATE = 2_643_134_072;
    uint64 private constant PUBKEY_ADDRESS = 2;

    function _callAccount(Message memory m) private view returns (bytes memory) {
        if (m.method == PUBKEY_ADDRESS) return Cbor.bytes_(robustOf[m.to]);
        if (m.method == AUTHENTICATE) {
            _expectParams(m, true);
            Reader memory r = Cbor.reader(m.params);
            r.readArray(2);
            bytes memory signature = r.readBytes();
            bytes memory text = r.readBytes();
            _check(r.done(), SERIALIZATION);
            _check(keccak256(signature) == keccak256(sign(m.to, text)), ILLEGAL_ARGUMENT);
            return hex"f5";
        }
        _check(m.method >= FIRST_EXPORTED, UNHANDLED_MESSAGE);
        return "";
    }

    /// @notice The signature of an account that `AuthenticateMessage` accepts here.
    function sign(uint64 id, bytes memory text) public pure returns (bytes memory) {
        return abi.encodePacked(keccak256(abi.encode(SIGNATURE_DOMAIN, id, text)));
    }

    // LEVERS: WHO EXISTS

    /// @notice Sets up the singletons once; `firstId` is the first id that a new actor gets.
    function start(uint64 firstId) external {
        require(nextId == 0, AlreadyStarted());
        nextId = firstId;
        for (uint64 id; id <= 10; ++id) if (id < 8 || id == 10) actors[id].kind = Kind.System;
        actors[REWARD_ACTOR].kind = Kind.Reward;
        actors[POWER_ACTOR].kind = Kind.Power;
        actors[RESERVE].kind = Kind.Account;
        actors[BURNT_FUNDS].kind = Kind.Account;
    }

    /// @notice An f1 or f3 account; `robust` are its address bytes, empty for an account that is known by id alone.
    function addAccount(uint64 id, bytes calldata robust) external {
        require(actors[id].kind == Kind.None, IdTaken(id));
        actors[id].kind = Kind.Account;
        _name(id, robust);
    }

    /// @notice Gives an Ethereum address the id that it is to have, before anybody asks for it.
    function addEvm(uint64 id, address a) external {
        require(actors[id].kind == Kind.None && ids[a] == 0, IdTaken(id));
        _remember(a, id);
    }

    /// @notice Writes an Ethereum address down under the id that it resolves to.
    function remember(address a) external {
        (bool found, uint64 id) = _idOf(a);
        require(found, NobodyThere(a));
        _remember(a, id);
    }

    /// @notice A native multisig.
    function addMultisig(uint64 id, uint64[] calldata signers, uint64 threshold, bytes calldata robust) external {
        _newMultisig(id, signers, threshold);
        _name(id, robust);
    }

    /// @notice A miner without sectors; what is sent along becomes its balance.
    function addMiner(uint64 id, uint64 owner, uint64 worker, uint64 provingPeriodStart) external payable {
        _newMiner(id, owner, worker, provingPeriodStart);
        miners[id].cronActive = true;
        _payFromHere(Addresses.masked(id), msg.value);
    }

    /// @notice The kind of an actor, the miner's owner, and the f410 address if there is one.
    function actor(uint64 id) external view returns (Kind kind, address evm) {
        return (actors[id].kind, actors[id].evm);
    }

    // LEVERS: SECTORS AND POWER

    /// @notice Adds sectors that are alike, active at once; their pledge comes out of the miner's balance.
    function addSectors(uint64 miner, SectorRange calldata range) external {
        Miner storage s = _miner(miner);
        require(_isDeadline(range.deadline), NoSuchDeadline(range.deadline));
        s.ranges.push(range);
        s.initialPledge += range.pledge * range.count;
        Claim storage c = claims[miner];
        (c.raw, c.qa) = (c.raw + range.raw * range.count, c.qa + range.qa * range.count);
        _checkBalance(miner, s);
    }

    /// @notice Sets what the power actor credits the miner with, whatever its sectors say.
    function setClaim(uint64 miner, uint256 raw, uint256 qa) external {
        (claims[miner].raw, claims[miner].qa) = (raw, qa);
    }

    function declareFaults(uint64 miner, uint64[] calldata sectors) external {
        _move(miner, sectors, SectorState.Active, SectorState.Faulty);
    }

    /// @notice The proof after a recovery: faulty sectors are active again.
    function recoverSectors(uint64 miner, uint64[] calldata sectors) external {
        _move(miner, sectors, SectorState.Faulty, SectorState.Active);
    }

    function _move(uint64 miner, uint64[] calldata sectors, SectorState from, SectorState to) private {
        Miner storage s = _miner(miner);
        for (uint256 i; i < sectors.length; ++i) {
            (SectorState state, SectorRange memory range, ) = _sector(s, sectors[i]);
            require(state == from, WrongSectorState(sectors[i]));
            s.fate[sectors[i]] = to;
            _setPower(miner, range, to == SectorState.Active);
        }
    }

    /// @notice Ends sectors before their time: pledge is released, power falls, the fee is burned.
    function terminateSectors(uint64 miner, uint64[] calldata sectors) external {
        Miner storage s = _miner(miner);
        _vestByCron(s);
        for (uint256 i; i < sectors.length; ++i) s.feeDebt += _terminate(miner, s, sectors[i]);
        _repayDebtNow(miner, s, uint64(block.number));
    }

    /// @notice Removes the terminated sectors of a partition.
    function compactPartition(uint64 miner, uint64 deadline, uint64 partition) external {
        Miner storage s = _miner(miner);
        for (uint256 i; i < s.ranges.length; ++i) {
            SectorRange storage range = s.ranges[i];
            if (range.deadline != deadline) continue;
            for (uint64 n = range.first; n < range.first + range.count; ++n) {
                (SectorState state, , uint64 at) = _sector(s, n);
                if (state == SectorState.Terminated && at == partition) s.compacted[n] = true;
            }
        }
    }

    /// @notice Puts a sector into another partition of its deadline, as a compaction does.
    function moveSector(uint64 miner, uint64 sector, uint64 partition) external {
        _miner(miner).moved[sector] = partition + 1;
    }

    // LEVERS: MONEY

    /// @notice Pays one block reward of `epoch`; a fourth is free at once, the rest vests. `penalty` is burned.
    function awardBlockReward(uint64 miner, uint256 reward, uint256 penalty, uint64 epoch) public {
        Miner storage s = _miner(miner);
        _vestByCron(s);
        _pay(REWARD_ACTOR, miner, reward);
        s.cronActive = true;
        uint256 locked = (reward * 3) / 4;
        s.vesting.add(epoch, 1, 1, locked);
        s.locked = s.locked + locked - s.vesting.unlockVested(epoch);
        s.feeDebt += penalty;
        _repayDebtNow(miner, s, epoch);
    }

    /// @notice Pays equal rewards of the epochs `first`, `first + every`, ...; all of them at most now.
    function awardMany(uint64 miner, uint64 first, uint64 every, uint64 count, uint256 reward) external {
        if (count == 0) return;
        awardBlockReward(miner, reward, 0, first);
        if (--count == 0) return;
        Miner storage s = _miner(miner);
        require(s.feeDebt == 0, OwesFees(miner));
        _pay(REWARD_ACTOR, miner, reward * count);
        uint256 locked = (reward * 3) / 4;
        s.vesting.add(first + every, every, count, locked);
        s.locked = s.locked + locked * count - s.vesting.unlockVested(first + every * count);
    }

    /// @notice A fee or a penalty: burned at once as far as possible, from the nearest locked rewards first.
    function penalise(uint64 miner, uint256 amount) external {
        Miner storage s = _miner(miner);
        _vestByCron(s);
        s.feeDebt += amount;
        _repayDebtNow(miner, s, uint64(block.number));
    }

    /// @notice Owes a fee that nothing has burned yet.
    function addFeeDebt(uint64 miner, uint256 amount) external {
        _miner(miner).feeDebt += amount;
    }

    /// @notice Terminated sectors still wait for their fee: withdrawals fail until they no longer do.
    function setEarlyTerminations(uint64 miner, bool pending) external {
        _miner(miner).earlyTerminations = pending;
    }

    /// @notice Locks available balance as pledge, or frees pledge.
    function setInitialPledge(uint64 miner, uint256 amount) external {
        Miner storage s = _miner(miner);
        s.initialPledge = amount;
        _checkBalance(miner, s);
    }

    /// @notice Locks available balance as deposits of sectors to come.
    function setPreCommitDeposits(uint64 miner, uint256 amount) external {
        Miner storage s = _miner(miner);
        s.preCommitDeposits = amount;
        _checkBalance(miner, s);
    }

    /// @notice Puts an amount into the vesting table as of an epoch without paying it: to rebuild a recorded state.
    function lockVesting(uint64 miner, uint64 epoch, uint256 amount) external {
        Miner storage s = _miner(miner);
        s.vesting.add(epoch, 1, 1, amount);
        s.locked += amount;
    }

    /// @notice Writes entries of a vesting table, replacing what is there.
    function setVesting(uint64 miner, uint64[] calldata epochs, uint256[] calldata amounts) external {
        Miner storage s = _miner(miner);
        for (uint256 i; i < epochs.length; ++i) {
            uint64 index = s.vesting.indexUp(epochs[i]);
            require(s.vesting.epochOf(index) == epochs[i], WrongClass(epochs[i]));
            (, uint256 before) = s.vesting.get(index);
            s.vesting.put(index, amounts[i]);
            s.locked = s.locked + amounts[i] - before;
        }
    }

    function setControls(uint64 miner, uint64 worker, uint64[] calldata controls) external {
        Miner storage s = _miner(miner);
        (s.worker, s.controls) = (worker, controls);
    }

    function setCronActive(uint64 miner, bool active) external {
        _miner(miner).cronActive = active;
    }

    /// @notice What the network expects one byte of quality-adjusted power to earn in 3.51 days, attoFIL as Q.128.
    function setExpectedPerByte(uint256 q128) external {
        expectedPerByte = q128;
    }

    /// @notice What CreateMiner locks, attoFIL, and where the next miner's proving periods begin, epoch.
    function setCreation(uint256 deposit, uint64 provingPeriodStart) external {
        (creationDeposit, creationPeriodStart) = (deposit, provingPeriodStart);
    }

    /// @notice What a miner holds and owes, attoFIL.
    function ledgerOf(
        uint64 miner
    )
        external
        view
        returns (uint256 balance, uint256 locked, uint256 pledge, uint256 deposits, uint256 feeDebt, int256 available)
    {
        Miner storage s = _miner(miner);
        locked = s.locked - s.vesting.vestedBefore(_vestingCut(s));
        return (_balance(miner), locked, s.initialPledge, s.preCommitDeposits, s.feeDebt, _available(miner, s));
    }

    function _miner(uint64 id) private view returns (Miner storage) {
        require(actors[id].kind == Kind.Miner, NoSuchMiner(id));
        return miners[id];
    }
}
