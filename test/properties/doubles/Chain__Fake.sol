// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "../../../contracts/power/IPowerNFT.sol";

/// @dev Where the fake chain is etched.
address constant CHAIN = 0xc4A1000000000000000000000000000000000001;
/// @dev The precompiles that the contracts use.
address constant RESOLVE = 0xFE00000000000000000000000000000000000001;
address constant CALL_ACTOR = 0xfe00000000000000000000000000000000000003;
address constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;

/// @notice A chain of few miners that answers in no time, for runs of many thousand calls. Its rewards have just the
/// buckets that are read: all of them grow by one 240th of each reward, and the rest of what is locked is in front.
/// The simulated Filecoin of test/filecoin is the faithful one.
contract Chain__Fake {
    struct Miner {
        uint64 owner;
        uint64 beneficiary;
        uint256 quota;
        int64 expiration;
        /// @dev What can be withdrawn, attoFIL; negative in fee debt.
        int256 available;
        /// @dev QAP, bytes; and whether there is a claim at all.
        uint256 qa;
        bool claimed;
        /// @dev What each measured bucket holds, attoFIL.
        uint256 bucket;
        /// @dev The whole vesting table, attoFIL.
        uint256 locked;
        /// @dev The exit code of withdrawals.
        int256 refusal;
    }

    /// @dev How a sector does, numbered as the miner actor does; Gone: it was compacted away.
    enum SectorState {
        Dead,
        Active,
        Faulty,
        Gone
    }
    struct Sector {
        SectorState state;
        /// @dev The epoch up to which it is committed.
        uint64 expiration;
    }

    uint256 private constant HALF_DAY = 1440;
    /// @dev The pledge of every miner, attoFIL: it covers any guarantee.
    int256 private constant PLEDGE = 1e26;
    /// @dev The expiration of sectors that nobody touched, and their answers' width: uint32.
    uint64 private constant FAR = 1 << 31;
    /// @dev The epoch of the bucket in front, which nobody measures. It is a multiple of 2,880 like all others.
    uint256 private constant FRONT = 66_240;

    mapping(uint64 id => Miner) private _miners;
    /// @dev Of expiration 0: never touched, and active.
    mapping(uint64 id => mapping(uint64 number => Sector)) private _sectors;
    mapping(address account => uint64 id) public ids;
    mapping(uint64 id => address account) public accounts;
    uint64 private _lastId;
    /// @notice What ending a byte of power costs, attoFIL * 2^64: 105 % of what the network expects it to earn in 10,108
    /// epochs; nothing in most tests.
    uint256 public feePerByte;
    IPowerNFT private _nft;

    function miner(uint64 id) external view returns (Miner memory) {
        return _miners[id];
    }

    // LEVERS

    function setNFT(IPowerNFT nft) external {
        _nft = nft;
    }

    /// @notice From now on the network expects so much of 2^50 bytes of power for a day, attoFIL.
    function expect(uint256 perPiB) external {
        feePerByte = (((perPiB << 64) / (1 << 50)) * 105 * 10_108) / (100 * 2_880);
    }

    function addMiner(uint64 id, uint64 owner, uint256 qa) external {
        Miner storage m = _miners[id];
        (m.owner, m.beneficiary, m.qa, m.claimed) = (owner, owner, qa, true);
    }

    function addAccount(address account) public returns (uint64 id) {
        id = ids[account];
        if (id != 0) return id;
        id = 2000 + ++_lastId;
        ids[account] = id;
        accounts[id] = account;
    }

    function setBeneficiary(uint64 id, address beneficiary, uint256 quota, int64 expiration) external {
        Miner storage m = _miners[id];
        (m.beneficiary, m.quota, m.expiration) = (addAccount(beneficiary), quota, expiration);
    }

    /// @notice A block reward: `steps` * 240 attoFIL, a quarter of it free at once.
    function reward(uint64 id, uint256 steps) external payable {
        Miner storage m = _miners[id];
        require(msg.value == steps * 240, "chain: a reward is paid for");
        m.bucket += steps;
        m.locked += steps * 180;
        m.available += int256(steps * 60);
    }

    function vest(uint64 id, uint256 amount) external {
        _miners[id].locked -= amount;
        _miners[id].available += int256(amount);
    }

    function topUp(uint64 id) external payable {
        _miners[id].available += int256(msg.value);
    }

    /// @notice Available balance is locked as pledge or burned (positive), or pledge is released (negative).
    function lockAvailable(uint64 id, int256 amount) external payable {
        _miners[id].available -= amount;
    }

    /// @notice A penalty that eats even the measured buckets.
    function eatBuckets(uint64 id, uint256 steps) external {
        _miners[id].bucket -= steps;
        _miners[id].locked -= 2 * steps;
    }

    function setPower(uint64 id, uint256 qa, bool claimed) external {
        (_miners[id].qa, _miners[id].claimed) = (qa, claimed);
    }

    function refuseWithdrawals(uint64 id, int256 exitCode) external {
        _miners[id].refusal = exitCode;
    }

    /// @notice The owner's own WithdrawBalance: it pays the beneficiary.
    function withdrawByOwner(uint64 id, uint256 amount) external returns (int256 exitCode, uint256 paid) {
        return _withdraw(_miners[id], amount);
    }

    function setSector(uint64 id, uint64 number, SectorState state, uint64 expiration) external {
        _sectors[id][number] = Sector(state, expiration);
    }

    function sector(uint64 id, uint64 number) public view returns (Sector memory found) {
        found = _sectors[id][number];
        if (found.expiration == 0) return Sector(SectorState.Active, FAR);
    }

    /// @notice Where a sector is, as GenerateSectorLocation answers: deadline and partition.
    function placeOf(uint64 id, uint64 number) public view returns (bytes memory) {
        if (sector(id, number).state == SectorState.Gone) return hex"822020";
        return abi.encodePacked(hex"82", uint8(number % 24), hex"00");
    }

    // WHAT THE PRECOMPILES ASK

    function resolve(bytes calldata raw) external view returns (bytes memory) {
        uint64 id = ids[address(bytes20(raw[2:22]))];
        return id == 0 ? bytes("") : abi.encode(id);
    }

    /// @notice Method 0: FIL moves and no code runs.
    function deliver(address to) public payable {
        new Delivery{ value: msg.value }(payable(to));
    }

    function deliverToId(uint64 id) external payable {
        address account = accounts[id];
        deliver(account != address(0) ? account : address(uint160((0xff << 152) | uint160(id))));
    }

    function actorCall(uint64 to, uint64 method, bytes calldata params) external returns (bytes memory) {
        if (method == 36284446) {
            Miner storage asked = _miners[uint64(uint16(bytes2(params[1:3])))];
            if (!asked.claimed) return abi.encode(int256(17), uint64(0), bytes(""));
            return _answer(bytes.concat(hex"82", _amount(int256(asked.qa)), _amount(int256(asked.qa))));
        }
        Miner storage m = _miners[to];
        require(m.owner != 0, "chain: no such miner");
        if (method == 1726876304) return _answer(_table(to, m));
        if (method == 4026106874) return _answer(_amount(m.available));
        if (method == 3180523767) return _answer(_amount(PLEDGE));
        if (method == 4127382196) return _answer(_amount(int256((_readAmount(params[1:]) * feePerByte) >> 64)));
        if (method == 3275365574) return _answer(bytes.concat(hex"82", _id(m.owner), hex"f6"));
        if (method == 4158972569) {
            bytes memory term = bytes.concat(hex"83", _amount(int256(m.quota)), hex"40", _epoch(uint64(m.expiration)));
            return _answer(bytes.concat(hex"8282", _id(m.beneficiary), term, hex"f6"));
        }
        if (method == 3010055991) return _sectorExpiration(to, params);
        if (method == 3092458564) return _validateSectorStatus(to, params);
        require(method == 2280458852, "chain: no such method");
        if (ids[msg.sender] != m.beneficiary) return abi.encode(int256(18), uint64(0), bytes(""));
        (int256 exitCode, uint256 paid) = _withdraw(m, _readAmount(params[1:]));
        if (exitCode != 0) return abi.encode(exitCode, uint64(0), bytes(""));
        return _answer(_amount(int256(paid)));
    }

    function _sectorExpiration(uint64 id, bytes calldata params) private view returns (bytes memory) {
        (uint64 number, ) = _readUint(params, 0);
        Sector memory s = sector(id, number);
        if (s.state == SectorState.Gone) return abi.encode(int256(17), uint64(0), bytes(""));
        return _answer(_epoch(s.expiration));
    }

    function _validateSectorStatus(uint64 id, bytes calldata params) private view returns (bytes memory) {
        (uint64 number, uint256 at) = _readUint(params, 1);
        SectorState state = sector(id, number).state;
        if (keccak256(params[at + 2:]) != keccak256(placeOf(id, number))) {
            return abi.encode(int256(17), uint64(0), bytes(""));
        }
        if (state == SectorState.Gone) state = SectorState.Dead;
        return _answer(uint8(params[at]) == uint8(state) ? bytes(hex"f5") : bytes(hex"f4"));
    }

    function _withdraw(Miner storage m, uint256 wanted) private returns (int256 exitCode, uint256 paid) {
        if (m.refusal != 0) return (m.refusal, 0);
        if (m.available < 0) return (19, 0);
        paid = wanted < uint256(m.available) ? wanted : uint256(m.available);
        m.available -= int256(paid);
        if (paid != 0) this.deliver{ value: paid }(accounts[m.beneficiary]);
    }

    function _table(uint64 id, Miner storage m) private view returns (bytes memory) {
        if (m.locked == 0) return hex"8180";
        IPowerNFT.MinerAccount memory account = _nft.minerAccount(id);
        uint256 first = account.pairEpoch == 0 ? _far(account.lastSync) : account.pairEpoch;
        first = _even(first);
        uint256 second = _even(_far(block.number));
        uint256 measured = first == second ? m.bucket : 2 * m.bucket;
        bytes memory entries = _entry(FRONT, m.locked - measured);
        entries = bytes.concat(entries, _entry(first, m.bucket));
        if (first == second) return bytes.concat(hex"8182", entries);
        return bytes.concat(hex"8183", entries, _entry(second, m.bucket));
    }

    function _far(uint256 epoch) private pure returns (uint256 e) {
        e = epoch + 518_400 - HALF_DAY - 1;
        e -= e % HALF_DAY;
    }

    /// @dev The one of the buckets e and e + 1440 that exists here.
    function _even(uint256 e) private pure returns (uint256) {
        return e % (2 * HALF_DAY) == 0 ? e : e + HALF_DAY;
    }

    // CBOR

    function _answer(bytes memory cbor) private pure returns (bytes memory) {
        return abi.encode(int256(0), uint64(0x51), cbor);
    }

    function _entry(uint256 epoch, uint256 amount) private pure returns (bytes memory) {
        return bytes.concat(hex"82", _epoch(uint64(epoch)), _amount(int256(amount)));
    }

    function _epoch(uint64 epoch) private pure returns (bytes memory) {
        return epoch == 0 ? bytes(hex"00") : abi.encodePacked(hex"1a", uint32(epoch));
    }

    /// @dev Ids of two bytes: 128 to 16,383.
    function _id(uint64 id) private pure returns (bytes memory) {
        return abi.encodePacked(hex"4300", uint8(0x80 | (id & 0x7f)), uint8(id >> 7));
    }

    function _amount(int256 value) private pure returns (bytes memory) {
        if (value == 0) return hex"40";
        uint256 left = value < 0 ? uint256(-value) : uint256(value);
        uint256 length = 0;
        for (uint256 rest = left; rest != 0; rest >>= 8) ++length;
        bytes32 digits = bytes32(left << (256 - 8 * length));
        bytes memory out = abi.encodePacked(uint8(0x41 + length), uint8(value < 0 ? 1 : 0), digits);
        assembly ("memory-safe") {
            mstore(out, add(length, 2))
        }
        return out;
    }

    /// @dev Numbers below 65,536.
    function _readUint(bytes calldata cbor, uint256 at) private pure returns (uint64 value, uint256 next) {
        uint8 head = uint8(cbor[at]);
        if (head < 24) return (head, at + 1);
        if (head == 0x18) return (uint8(cbor[at + 1]), at + 2);
        require(head == 0x19, "chain: a small number");
        return (uint16(bytes2(cbor[at + 1:at + 3])), at + 3);
    }

    function _readAmount(bytes calldata cbor) private pure returns (uint256 value) {
        uint256 length = uint8(cbor[0]) - 0x40;
        for (uint256 i = 2; i <= length; ++i) value = (value << 8) | uint8(cbor[i]);
    }
}

/// @notice Moves FIL without running code of who gets it.
contract Delivery {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}

/// @notice 0xfe..01.
contract ResolveAddress__Fake {
    fallback(bytes calldata raw) external returns (bytes memory) {
        return Chain__Fake(CHAIN).resolve(raw);
    }
}

/// @notice 0xfe..03: here only for payments. Runs in the calling contract.
contract CallActor__Fake {
    fallback(bytes calldata input) external payable returns (bytes memory) {
        (uint64 method, uint256 value, , , , bytes memory to) = abi.decode(
            input,
            (uint64, uint256, uint64, uint64, bytes, bytes)
        );
        require(method == 0 && to.length == 22, "chain: payments only");
        address payee;
        assembly ("memory-safe") {
            payee := shr(96, mload(add(to, 0x22)))
        }
        if (value > address(this).balance) return abi.encode(int256(-5), uint64(0), bytes(""));
        Chain__Fake(CHAIN).deliver{ value: value }(payee);
        return abi.encode(int256(0), uint64(0), bytes(""));
    }
}

/// @notice 0xfe..05. Runs in the calling contract.
contract CallActorById__Fake {
    fallback(bytes calldata input) external payable returns (bytes memory) {
        (uint64 method, uint256 value, , , bytes memory params, uint64 to) = abi.decode(
            input,
            (uint64, uint256, uint64, uint64, bytes, uint64)
        );
        if (method != 0) return Chain__Fake(CHAIN).actorCall(to, method, params);
        if (value > address(this).balance) return abi.encode(int256(-5), uint64(0), bytes(""));
        Chain__Fake(CHAIN).deliverToId{ value: value }(to);
        return abi.encode(int256(0), uint64(0), bytes(""));
    }
}
