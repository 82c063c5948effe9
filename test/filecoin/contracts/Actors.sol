// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Addresses } from "./Addresses.sol";
import { Cbor, Reader } from "./Cbor.sol";
import { NativeActor } from "./NativeActor.sol";

/// @dev How an actor call ends that does not succeed: everything it did is undone.
error Exit(int256 code, uint64 codec, bytes ret);

/// @dev A lever was pulled that does not fit the network's state.
error IdTaken(uint64 id);
error NobodyThere(address a);
error NoSuchMiner(uint64 id);
error NoSuchDeadline(uint64 deadline);
error WrongSectorState(uint64 sector);
error WrongClass(uint64 epoch);
error OwesFees(uint64 miner);
error AlreadyStarted();
/// @dev A message that the real actor acts on, and the simulation cannot.
error NotImitated(uint64 method);
/// @dev What only the simulator itself may do.
error NotForYou();
/// @dev The simulation itself failed.
error Broken(bytes reason);
error PaymentFailed(address to, uint256 amount);

/// @dev Exit codes of actors (positive) and of the system (negative).
int256 constant ILLEGAL_ARGUMENT = 16;
int256 constant NOT_FOUND = 17;
int256 constant FORBIDDEN = 18;
int256 constant INSUFFICIENT_FUNDS = 19;
int256 constant ILLEGAL_STATE = 20;
int256 constant SERIALIZATION = 21;
int256 constant UNHANDLED_MESSAGE = 22;
int256 constant UNSPECIFIED = 23;
int256 constant READ_ONLY = 25;
int256 constant EVM_REVERTED = 33;
int256 constant EVM_INVALID_INSTRUCTION = 34;
/// @dev An actor ended with a code that only the system may use.
int256 constant SYS_ILLEGAL_EXIT_CODE = 9;
/// @dev How a native message ends whose receiver does not exist.
int256 constant SYS_INVALID_RECEIVER = 5;
int256 constant SYS_INSUFFICIENT_FUNDS = -5;
int256 constant SYS_NOT_FOUND = -6;
int256 constant SYS_READ_ONLY = -13;

/// @dev The codec of every answer that has a body.
uint64 constant CBOR_CODEC = 0x51;

uint64 constant SYSTEM_ACTOR = 0;
uint64 constant REWARD_ACTOR = 2;
uint64 constant POWER_ACTOR = 4;
uint64 constant BURNT_FUNDS = 99;
/// @dev Method 0, a plain send.
uint64 constant SEND = 0;
/// @dev Runs an Ethereum contract.
uint64 constant INVOKE_EVM = 3_844_450_837;
/// @dev Contracts may call no method below this one, but for a plain send.
uint64 constant FIRST_EXPORTED = 1 << 24;

enum Kind {
    None,
    System,
    Account,
    Evm,
    /// @dev An f410 address that was paid before it did anything.
    Placeholder,
    Miner,
    Power,
    Reward,
    Multisig
}

struct Actor {
    Kind kind;
    /// @dev Its own address where the actor has one; its FIL lies there and not at its masked address.
    address evm;
}

/// @dev One actor call on its way.
struct Message {
    uint64 from;
    /// @dev Whether the caller is an Ethereum contract: those may call exported methods only.
    bool fromContract;
    uint64 to;
    uint64 method;
    uint256 value;
    bool readOnly;
    /// @dev Whether there are parameters at all, be they empty.
    bool hasParams;
    bytes params;
}

/// @notice Who is who, and how FIL moves: the part of the simulation that every actor rests on.
abstract contract Actors {
    using Cbor for Reader;

    /// @dev Every actor by its id.
    mapping(uint64 id => Actor actor) internal actors;
    /// @dev Ids of Ethereum addresses; an id is stored plus one.
    mapping(address evm => uint256 idPlusOne) internal ids;
    /// @dev Ids of f1, f2 and f3 addresses by the hash of their bytes; an id is stored plus one.
    mapping(bytes32 robust => uint256 idPlusOne) internal robustIds;

    /// @dev The other way round: the f1, f2 or f3 address of an actor.
    mapping(uint64 id => bytes robust) internal robustOf;
    /// @dev The lowest id that a new actor may get.
    uint64 internal nextId;
    /// @dev Written to find out whether writing is possible.
    bool private touched;

    /// @dev Ids of addresses that nobody registered are drawn from this many, above the same number.
    uint64 private constant DERIVED_IDS = 1e12;

    // REGISTRY

    function _check(bool ok, int256 code) internal pure {
        if (!ok) revert Exit(code, 0, "");
    }

    /// @dev The id of an Ethereum address: the registered one; otherwise, if the address was ever used, one that follows
    /// from the address alone, so that it is the same before and after it is written down.
    function _idOf(address a) internal view returns (bool found, uint64 id) {
        if (Addresses.isMasked(a)) return (true, Addresses.idOfMasked(a));
        uint256 known = ids[a];
        if (known != 0) return (true, uint64(known - 1));
        if (a.codehash == 0) return (false, 0);
        return (true, _derivedId(a));
    }

    function _derivedId(address a) internal pure returns (uint64) {
        return DERIVED_IDS + uint64(uint256(keccak256(abi.encode(a))) % DERIVED_IDS);
    }

    /// @dev Writes an address down, so that its id leads back to it.
    function _remember(address a, uint64 id) internal {
        if (Addresses.isMasked(a) || ids[a] != 0) return;
        ids[a] = uint256(id) + 1;
        actors[id] = Actor(Kind.Evm, a);
    }

    /// @dev The actor that these address bytes mean; a malformed address is nobody's.
    function _resolve(bytes memory b) internal view returns (bool found, uint64 id) {
        if (!Addresses.wellFormed(b)) return (false, 0);
        if (b[0] == 0x00) {
            (, id, ) = Addresses.readUleb128(b, 1);
            return (true, id);
        }
        if (b[0] == 0x04) {
            (bool ok, address a) = Addresses.fromF410(b);
            if (!ok || Addresses.isMasked(a)) return (false, 0);
            return _idOf(a);
        }
        uint256 known = robustIds[keccak256(b)];
        return known == 0 ? (false, 0) : (true, uint64(known - 1));
    }

    /// @dev Resolves an address that a message names and writes it down if it is an Ethereum one.
    function _resolveAndRemember(bytes memory b, bool mayWrite) internal returns (bool found, uint64 id) {
        (found, id) = _resolve(b);
        if (!found || !mayWrite || b[0] != 0x04) return (found, id);
        (, address a) = Addresses.fromF410(b);
        _remember(a, id);
    }

    /// @dev Resolves the receiver of a message; an unknown f1, f3 or f410 address gets its actor by it.
    function _resolveOrCreate(bytes memory to, bool mayWrite) internal returns (uint64 id) {
        bool found;
        (found, id) = _resolveAndRemember(to, mayWrite);
        if (found) {
            _check(actors[id].kind != Kind.None || to[0] == 0x04, SYS_NOT_FOUND);
            return id;
        }
        _check(to[0] != 0x02, SYS_NOT_FOUND);
        _check(mayWrite, SYS_READ_ONLY);
        if (to[0] == 0x04) {
            (bool ok, address a) = Addresses.fromF410(to);
            _check(ok && !Addresses.isMasked(a), SYS_NOT_FOUND);
            id = _derivedId(a);
            _remember(a, id);
            actors[id].kind = Kind.Placeholder;
            return id;
        }
        id = newId();
        actors[id].kind = Kind.Account;
        _name(id, to);
    }

    /// @dev Gives an actor its f1, f2 or f3 address.
    function _name(uint64 id, bytes memory robust) internal {
        if (robust.length == 0) return;
        robustIds[keccak256(robust)] = uint256(id) + 1;
        robustOf[id] = robust;
    }

    /// @notice An id that nobody has.
    function newId() public returns (uint64 id) {
        while (actors[nextId].kind != Kind.None) ++nextId;
        return nextId++;
    }

    // MONEY

    /// @dev Where an actor's FIL lies.
    function _purse(uint64 id) internal view returns (address) {
        address evm = actors[id].evm;
        return evm == address(0) ? Addresses.masked(id) : evm;
    }

    function _balance(uint64 id) internal view returns (uint256) {
        return _purse(id).balance;
    }

    /// @dev Moves FIL that this contract holds; no code of the receiver runs.
    function _payFromHere(address to, uint256 amount) internal {
        if (amount == 0) return;
        bytes memory code = abi.encodePacked(hex"73", to, hex"ff");
        address made;
        assembly {
            made := create(amount, add(code, 32), mload(code))
        }
        require(made != address(0), PaymentFailed(to, amount));
    }

    /// @dev Moves FIL of a native actor; no code of the receiver runs.
    function _pay(uint64 from, uint64 to, uint256 amount) internal {
        if (amount == 0) return;
        _check(_balance(from) >= amount, SYS_INSUFFICIENT_FUNDS);
        NativeActor(payable(Addresses.masked(from))).pay(_purse(to), amount);
    }

    // CALLS

    /// @dev Parameters where a method takes some, none where it takes none.
    function _expectParams(Message memory m, bool some) internal pure {
        _check(m.hasParams == some, ILLEGAL_ARGUMENT);
    }

    /// @dev A message may write state unless it, or what surrounds it, is read-only.
    function _write(Message memory m) internal pure {
        _check(!m.readOnly, READ_ONLY);
    }

    function _canWrite() internal returns (bool ok) {
        (ok, ) = address(this).call{ gas: 40_000 }(abi.encodeCall(this.touch, ()));
    }

    /// @dev Fails inside a static call.
    function touch() external {
        touched = true;
    }
}
