// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManaged } from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import { MerkleProof } from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import { ActorError } from "../fvm/Errors.sol";
import { MinerActor } from "../fvm/MinerActor.sol";
import { IPowerNFT } from "./IPowerNFT.sol";
import { IPowerOracle } from "./IPowerOracle.sol";

/// @title The oracle of weights
/// @notice See IPowerOracle. It holds no money, and the most that a dishonest quorum can do is bounded by what PowerNFT
/// checks: no weight above nominal power, no sum above the miner's power on chain.
contract PowerOracle is IPowerOracle, AccessManaged {
    using SafeCast for uint256;

    /// @dev What a member said last.
    struct Vote {
        // slot 0
        /// @notice The root of its report.
        bytes32 root;
        // slot 1
        /// @notice Of which frame; without meaning while the root is zero.
        uint16 frame;
        /// @notice The key that may submit for it.
        address delegate;
    }

    /// @inheritdoc IPowerOracle
    uint64 public constant FRAME_EPOCHS = 2_880;
    /// @inheritdoc IPowerOracle
    uint16 public constant MAX_AGE = 3;
    /// @inheritdoc IPowerOracle
    uint256 public constant MAX_MEMBERS = 32;
    /// @inheritdoc IPowerOracle
    uint256 public constant MAX_PAGE = 100;

    /// @dev The exit code of GetNominalSectorExpiration for a sector that does not exist.
    int256 private constant NOT_FOUND = 17;
    /// @dev What stands before the fields of a leaf, so that no page can be read as a skip.
    string private constant PAGE = "page";
    string private constant SKIP = "skip";

    /// @inheritdoc IPowerOracle
    address public immutable POWER_NFT;

    /// @dev Who may submit. At most MAX_MEMBERS, ascending.
    address[] private _members;
    /// @dev One slot: how many members must agree, and the last frame on which they did.
    uint16 private _quorum;
    uint16 private _lastFrame;
    /// @dev By member, those of the past included.
    mapping(address member => Vote) private _votes;
    /// @dev By hot key: the member that it submits for.
    mapping(address delegate => address member) private _delegators;
    /// @dev By frame: the agreed root.
    mapping(uint16 frame => bytes32) private _roots;

    /// @param authority The AccessManager.
    /// @param powerNFT Its address is known before it is deployed.
    constructor(
        address authority,
        address powerNFT,
        address[] memory initialMembers,
        uint256 initialQuorum
    ) AccessManaged(authority) {
        POWER_NFT = powerNFT;
        _setMembers(initialMembers, initialQuorum);
    }

    /// @inheritdoc IPowerOracle
    function setMembers(address[] calldata newMembers, uint256 newQuorum) external restricted {
        _setMembers(newMembers, newQuorum);
    }

    /// @inheritdoc IPowerOracle
    function setDelegate(address delegate) external {
        if (!_isMember(msg.sender)) revert NotMember(msg.sender);
        if (_isMember(delegate)) revert DelegateTaken(delegate, delegate);
        address other = _delegators[delegate];
        if (other != msg.sender) {
            if (_isMember(other)) revert DelegateTaken(delegate, other);
            delete _votes[other].delegate; // who is no member any more keeps no key from the others
        }
        Vote storage vote = _votes[msg.sender];
        delete _delegators[vote.delegate];
        vote.delegate = delegate;
        if (delegate != address(0)) _delegators[delegate] = msg.sender;
        emit DelegateSet(msg.sender, delegate);
    }

    /// @inheritdoc IPowerOracle
    function submit(uint16 frame, bytes32 root) external {
        address member = _isMember(msg.sender) ? msg.sender : _delegators[msg.sender];
        if (member == address(0) || !_isMember(member)) revert NotMember(msg.sender);
        if (root == 0) revert NoRoot();
        if (frame > currentFrame()) revert FrameNotBegun(frame, uint256(frame) * FRAME_EPOCHS);
        if (frame <= _lastFrame) revert FrameOver(frame, _lastFrame);
        _checkAge(frame);
        Vote storage vote = _votes[member];
        vote.root = root;
        vote.frame = frame;
        emit Submitted(frame, member, root);
        if (_countOf(frame, root) < _quorum) return;
        _lastFrame = frame;
        _roots[frame] = root;
        emit Agreed(frame, root);
    }

    /// @inheritdoc IPowerOracle
    function applyPage(
        uint16 frame,
        uint64 minerId,
        uint256[] calldata ids,
        uint64[] calldata weights,
        bytes32[] calldata proof
    ) external {
        if (ids.length > MAX_PAGE) revert PageTooLong(ids.length, MAX_PAGE);
        _checkLeaf(frame, leafOf(frame, minerId, ids, weights), proof);
        if (frame != _lastFrame) revert FrameOver(frame, _lastFrame);
        _checkAge(frame);
        IPowerNFT(POWER_NFT).applyWeights(minerId, frame, ids, weights);
        if (ids.length != 0) emit Applied(frame, minerId, ids[0], ids[ids.length - 1]);
    }

    /// @inheritdoc IPowerOracle
    function announceSkip(uint16 frame, uint64 minerId, string calldata reason, bytes32[] calldata proof) external {
        _checkLeaf(frame, skippedLeafOf(frame, minerId, reason), proof);
        emit Skipped(frame, minerId, reason);
    }

    /// @inheritdoc IPowerOracle
    function challenge(
        uint256 id,
        uint64[] calldata sectors,
        Proof[] calldata proofs,
        bytes[] calldata aux
    ) external returns (uint64 weight) {
        if (sectors.length == 0 || sectors.length != proofs.length || sectors.length != aux.length) {
            revert BadLengths(sectors.length, proofs.length, aux.length);
        }
        IPowerNFT.Power memory power = IPowerNFT(POWER_NFT).powerOf(id);
        if (power.attestedAt == 0) revert NotAttested(id);
        _checkSectors(id, sectors);
        for (uint256 i = 0; i < sectors.length; ++i) {
            if (!_isProven(power.minerId, sectors[i], proofs[i], aux[i], power.expiry)) {
                revert NotProven(power.minerId, sectors[i], proofs[i]);
            }
        }
        uint256 left = power.sectorCount - sectors.length;
        uint64 proven = uint64((uint256(power.nominalPower) * left) / power.sectorCount);
        weight = IPowerNFT(POWER_NFT).lowerWeight(id, currentFrame(), proven);
        emit Challenged(id, msg.sender, sectors.length, weight);
    }

    /// @inheritdoc IPowerOracle
    function leafOf(
        uint16 frame,
        uint64 minerId,
        uint256[] calldata ids,
        uint64[] calldata weights
    ) public pure returns (bytes32) {
        return _leaf(abi.encode(PAGE, frame, minerId, ids, weights));
    }

    /// @inheritdoc IPowerOracle
    function skippedLeafOf(uint16 frame, uint64 minerId, string calldata reason) public pure returns (bytes32) {
        return _leaf(abi.encode(SKIP, frame, minerId, reason));
    }

    /// @inheritdoc IPowerOracle
    function rootOf(uint16 frame) external view returns (bytes32) {
        return _roots[frame];
    }

    /// @inheritdoc IPowerOracle
    function lastFrame() external view returns (uint16) {
        return _lastFrame;
    }

    /// @inheritdoc IPowerOracle
    function currentFrame() public view returns (uint16) {
        return (block.number / FRAME_EPOCHS).toUint16();
    }

    /// @inheritdoc IPowerOracle
    function isStale() external view returns (bool) {
        return _lastFrame < _oldest();
    }

    /// @inheritdoc IPowerOracle
    function members() external view returns (address[] memory) {
        return _members;
    }

    /// @inheritdoc IPowerOracle
    function quorum() external view returns (uint256) {
        return _quorum;
    }

    /// @inheritdoc IPowerOracle
    function voteOf(address member) external view returns (uint16 frame, bytes32 root) {
        return (_votes[member].frame, _votes[member].root);
    }

    /// @inheritdoc IPowerOracle
    function delegateOf(address member) external view returns (address) {
        return _votes[member].delegate;
    }

    function _setMembers(address[] memory newMembers, uint256 newQuorum) private {
        uint256 count = newMembers.length;
        if (count == 0 || count > MAX_MEMBERS) revert BadMembers(count, MAX_MEMBERS);
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            if (newMembers[i] <= previous) revert BadMembers(i, MAX_MEMBERS);
            previous = newMembers[i];
        }
        if (newQuorum <= count / 2 || newQuorum > count) revert BadQuorum(newQuorum, count / 2 + 1, count);
        _members = newMembers;
        _quorum = uint16(newQuorum);
        emit MembersSet(newMembers, newQuorum);
    }

    function _isMember(address account) private view returns (bool) {
        uint256 count = _members.length;
        for (uint256 i = 0; i < count; ++i) {
            if (_members[i] == account) return true;
        }
        return false;
    }

    function _countOf(uint16 frame, bytes32 root) private view returns (uint256 agree) {
        uint256 count = _members.length;
        for (uint256 i = 0; i < count; ++i) {
            Vote storage vote = _votes[_members[i]];
            if (vote.root == root && vote.frame == frame) ++agree;
        }
    }

    /// @dev The oldest frame that counts now.
    function _oldest() private view returns (uint16) {
        uint16 now_ = currentFrame();
        return now_ < MAX_AGE ? 0 : now_ - MAX_AGE;
    }

    function _checkAge(uint16 frame) private view {
        uint16 oldest = _oldest();
        if (frame < oldest) revert FrameTooOld(frame, oldest);
    }

    function _checkLeaf(uint16 frame, bytes32 leaf, bytes32[] calldata proof) private view {
        bytes32 root = _roots[frame];
        if (root == 0) revert NoReport(frame);
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert NotInReport(frame, leaf);
    }

    /// @dev Hashed twice, so that no node of the tree is a leaf.
    function _leaf(bytes memory fields) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(fields)));
    }

    /// @dev Ascending, and each in one of the NFT's runs, which ascend too.
    function _checkSectors(uint256 id, uint64[] calldata sectors) private view {
        IPowerNFT.SectorRange[] memory runs = IPowerNFT(POWER_NFT).sectorsOf(id);
        uint256 run = 0;
        for (uint256 i = 0; i < sectors.length; ++i) {
            uint64 sector = sectors[i];
            if (i != 0 && sector <= sectors[i - 1]) revert SectorsNotAscending(sectors[i - 1], sector);
            while (run < runs.length && uint256(runs[run].start) + runs[run].count <= sector) ++run;
            if (run == runs.length || sector < runs[run].start) revert ForeignSector(id, sector);
        }
    }

    function _isProven(
        uint64 minerId,
        uint64 sector,
        Proof proof,
        bytes calldata aux,
        uint64 expiry
    ) private view returns (bool) {
        if (proof == Proof.Expiration) {
            (int256 exitCode, int64 expiration) = MinerActor.tryGetNominalSectorExpiration(minerId, sector);
            if (exitCode == NOT_FOUND) return true;
            if (exitCode != 0) revert ActorError(minerId, MinerActor.GET_NOMINAL_SECTOR_EXPIRATION, exitCode);
            return expiration < int64(expiry);
        }
        if (proof == Proof.Active) return false;
        MinerActor.SectorStatus status =
            proof == Proof.Dead ? MinerActor.SectorStatus.Dead : MinerActor.SectorStatus.Faulty;
        return MinerActor.validateSectorStatus(minerId, sector, status, aux);
    }
}
