// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    Actor,
    Exit,
    IdTaken,
    ILLEGAL_ARGUMENT,
    INSUFFICIENT_FUNDS,
    Kind,
    Message,
    NOT_FOUND,
    POWER_ACTOR,
    SERIALIZATION,
    UNHANDLED_MESSAGE
} from "./Actors.sol";
import { Addresses } from "./Addresses.sol";
import { Cbor, Reader } from "./Cbor.sol";
import { Claim, Miner, Miners } from "./Miners.sol";
import { Vesting, VestingFunds } from "./VestingFunds.sol";

/// @notice The power actor, and how miners come to be.
abstract contract Power is Miners {
    using Cbor for Reader;
    using Vesting for VestingFunds;

    uint64 internal minerCount;
    /// @dev What a miner made by CreateMiner must lock, attoFIL.
    uint256 internal creationDeposit;
    /// @dev Epoch at which a miner made by CreateMiner begins its proving periods.
    uint64 internal creationPeriodStart;
    /// @dev Ids of all miners, for the network's power.
    uint64[] internal allMiners;

    uint64 private constant STANDARD_SECTOR = 2_048;

    function _callPower(Message memory m) internal returns (bytes memory) {
        if (m.method == 36284446) return _minerPower(m);
        if (m.method == 3753401894) return _minerRawPower(m);
        if (m.method == 2 || m.method == 1173380165) return _createMiner(m);
        return _networkGetter(m);
    }

    function _networkGetter(Message memory m) private view returns (bytes memory answer) {
        if (m.method == 931722534) answer = Cbor.bigUint(_networkRawPower());
        else if (m.method == 1987646258) answer = Cbor.uint_(minerCount);
        else if (m.method == 196739875) answer = Cbor.uint_(_consensusMiners());
        else revert Exit(UNHANDLED_MESSAGE, 0, "");
        _expectParams(m, false);
    }

    function _minerId(Message memory m) private pure returns (uint64 id) {
        _expectParams(m, true);
        Reader memory r = Cbor.reader(m.params);
        id = r.readUint();
        _check(r.done(), SERIALIZATION);
    }

    function _minerPower(Message memory m) private view returns (bytes memory) {
        Claim storage c = claims[_minerId(m)];
        _check(c.exists, NOT_FOUND);
        return bytes.concat(hex"82", Cbor.bigUint(c.raw), Cbor.bigUint(c.qa));
    }

    function _minerRawPower(Message memory m) private view returns (bytes memory) {
        Claim storage c = claims[_minerId(m)];
        _check(c.exists, ILLEGAL_ARGUMENT);
        return bytes.concat(hex"82", Cbor.bigUint(c.raw), Cbor.bool_(c.raw != 0));
    }

    function _networkRawPower() private view returns (uint256 sum) {
        for (uint256 i; i < allMiners.length; ++i) sum += claims[allMiners[i]].raw;
    }

    function _consensusMiners() private view returns (uint64 count) {
        for (uint256 i; i < allMiners.length; ++i) if (claims[allMiners[i]].raw != 0) ++count;
    }

    function _createMiner(Message memory m) private returns (bytes memory) {
        _expectParams(m, true);
        Reader memory r = Cbor.reader(m.params);
        r.readArray(5);
        bytes memory owner = r.readBytes();
        bytes memory worker = r.readBytes();
        r.readInt();
        r.readBytes();
        uint64 multiaddrs = r.readArrayLength();
        for (uint64 i; i < multiaddrs && !r.bad; ++i) r.readBytes();
        _check(r.done() && Addresses.wellFormed(owner) && Addresses.wellFormed(worker), SERIALIZATION);
        (bool ownerFound, uint64 ownerId) = _resolve(owner);
        (bool workerFound, uint64 workerId) = _resolve(worker);
        _check(ownerFound && workerFound, ILLEGAL_ARGUMENT);
        _write(m);
        _check(m.value >= creationDeposit, INSUFFICIENT_FUNDS);
        uint64 id = _newMiner(newId(), ownerId, workerId, creationPeriodStart);
        Miner storage s = miners[id];
        s.vesting.add(uint64(block.number), 1, 1, creationDeposit);
        s.locked = creationDeposit;
        // The deposit came with the message to the power actor and goes on to the miner.
        _pay(POWER_ACTOR, id, m.value);
        bytes memory robust = abi.encodePacked(uint8(2), bytes20(keccak256(abi.encode("miner", id))));
        _name(id, robust);
        return bytes.concat(hex"82", Cbor.bytes_(Addresses.idBytes(id)), Cbor.bytes_(robust));
    }

    function _newMiner(uint64 id, uint64 owner, uint64 worker, uint64 provingPeriodStart) internal returns (uint64) {
        require(actors[id].kind == Kind.None, IdTaken(id));
        actors[id] = Actor(Kind.Miner, address(0));
        claims[id].exists = true;
        ++minerCount;
        allMiners.push(id);
        Miner storage s = miners[id];
        (s.owner, s.worker, s.beneficiary.id) = (owner, worker, owner);
        (s.sectorSize, s.provingPeriodStart) = (STANDARD_SECTOR, provingPeriodStart);
        s.vesting.class = provingPeriodStart % 1_440;
        return id;
    }
}
