// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Attested weights (R-ORC)
/// @notice Members compute every NFT's weight from the chain's state at one finalized tipset of a frame, and each submits
/// the root of the tree of their report. When a quorum says the same root, anyone applies the report page by page, each
/// with its proof. Between reports anyone can lower a weight by what the chain itself proves.
///
/// A frame is a day of 2,880 epochs; frame n begins with epoch n * FRAME_EPOCHS, which is its reference epoch: its report
/// speaks of the chain's state there. A leaf of the tree is a page of one miner, `leafOf`, or `skippedLeafOf` of a miner
/// that could not be computed. Leaves and nodes are hashed as OpenZeppelin's StandardMerkleTree does.
interface IPowerOracle {
    /// @notice How a challenger proves that a sector does not count.
    enum Proof {
        /// @dev The miner actor says that it is dead: `aux` as GenerateSectorLocation answers.
        Dead,
        /// @dev Never accepted: an active sector is no reason.
        Active,
        /// @dev The miner actor says that it is faulty: `aux` as GenerateSectorLocation answers.
        Faulty,
        /// @dev It expires before the NFT, or does not exist any more; `aux` is empty.
        Expiration
    }

    /// @notice The set of members was replaced.
    event MembersSet(address[] members, uint256 quorum);
    /// @notice A member lets another key submit for it; zero: only itself.
    event DelegateSet(address indexed member, address delegate);
    /// @notice A member said what it found.
    event Submitted(uint16 indexed frame, address indexed member, bytes32 root);
    /// @notice A quorum agrees.
    event Agreed(uint16 indexed frame, bytes32 root);
    /// @notice A page of a report was applied.
    event Applied(uint16 indexed frame, uint64 indexed minerId, uint256 firstId, uint256 lastId);
    /// @notice The report of a frame says that a miner could not be computed; its weights stay.
    event Skipped(uint16 indexed frame, uint64 indexed minerId, string reason);
    /// @notice The chain proved that sectors of an NFT do not count.
    event Challenged(uint256 indexed id, address indexed challenger, uint256 sectors, uint64 weight);

    /// @notice Thrown when the members are none, too many, not ascending, or zero.
    error BadMembers(uint256 index, uint256 maximum);
    /// @notice Thrown when the quorum is not a majority, or more than all.
    error BadQuorum(uint256 quorum, uint256 least, uint256 most);
    /// @notice Thrown when the caller is neither a member nor a member's delegate.
    error NotMember(address caller);
    /// @notice Thrown when a delegate is a member, or another member's delegate.
    error DelegateTaken(address delegate, address member);
    /// @notice Thrown when a frame has not begun.
    error FrameNotBegun(uint16 frame, uint256 beginsAt);
    /// @notice Thrown when a frame is submitted that is not later than the last one that was agreed on, or when a report is
    /// applied that is not the last one: frames only move forward.
    error FrameOver(uint16 frame, uint16 lastFrame);
    /// @notice Thrown when a frame is too old to be reported on, or applied.
    error FrameTooOld(uint16 frame, uint16 oldest);
    /// @notice Thrown when a root is zero.
    error NoRoot();
    /// @notice Thrown when there is no agreed report of a frame.
    error NoReport(uint16 frame);
    /// @notice Thrown when a leaf does not belong to the frame's report.
    error NotInReport(uint16 frame, bytes32 leaf);
    /// @notice Thrown when a page is longer than MAX_PAGE.
    error PageTooLong(uint256 length, uint256 maximum);
    /// @notice Thrown when lists that belong together differ in length, or are empty.
    error BadLengths(uint256 sectors, uint256 proofs, uint256 aux);
    /// @notice Thrown when sectors are not strictly ascending.
    error SectorsNotAscending(uint64 previous, uint64 sector);
    /// @notice Thrown when a sector is not behind the NFT.
    error ForeignSector(uint256 id, uint64 sector);
    /// @notice Thrown when an NFT was never attested: it has no weight to lower.
    error NotAttested(uint256 id);
    /// @notice Thrown when the miner actor does not confirm what is said of a sector.
    error NotProven(uint64 minerId, uint64 sector, Proof proof);

    /// @notice Replaces the members and the quorum; votes of who stays stay. Only the attestors' role.
    /// @param members Ascending, at most MAX_MEMBERS.
    /// @param quorum More than half of them.
    function setMembers(address[] calldata members, uint256 quorum) external;

    /// @notice Lets a hot key submit for the calling member; zero ends it.
    function setDelegate(address delegate) external;

    /// @notice Says the root of the member's report of a frame. Only a member or its delegate; a member may change its word
    /// until a quorum agrees.
    function submit(uint16 frame, bytes32 root) external;

    /// @notice Applies a page of the last report that was agreed on. Anyone may call. What an older one said and nobody
    /// applied is void: the last one speaks of what is different on chain from what its members saw.
    /// @param ids NFTs of the miner, ascending, at most MAX_PAGE.
    /// @param weights QAP in bytes.
    /// @param proof From the leaf to the root.
    function applyPage(
        uint16 frame,
        uint64 minerId,
        uint256[] calldata ids,
        uint64[] calldata weights,
        bytes32[] calldata proof
    ) external;

    /// @notice Says in an event that an agreed report skips a miner, and why. Anyone may call; nothing changes.
    function announceSkip(uint16 frame, uint64 minerId, string calldata reason, bytes32[] calldata proof) external;

    /// @notice Lowers an NFT's weight, and what is kept as its weight before, to nominal power * (sectors - proven) /
    /// sectors, rounded down, for sectors that the chain proves dead, faulty or ending before the NFT. What earlier
    /// challenges have proven is not added: name all sectors again. The report of a later frame restores; one of this frame
    /// still lowers. Anyone may call.
    /// @param sectors Of the NFT, ascending.
    /// @param proofs How each is proven.
    /// @param aux Where each sector is, as GenerateSectorLocation answers; empty for `Expiration`.
    /// @return weight The NFT's weight from now on.
    function challenge(
        uint256 id,
        uint64[] calldata sectors,
        Proof[] calldata proofs,
        bytes[] calldata aux
    ) external returns (uint64 weight);

    /// @notice The leaf of a page.
    function leafOf(
        uint16 frame,
        uint64 minerId,
        uint256[] calldata ids,
        uint64[] calldata weights
    ) external pure returns (bytes32);
    /// @notice The leaf of a miner that could not be computed.
    function skippedLeafOf(uint16 frame, uint64 minerId, string calldata reason) external pure returns (bytes32);
    /// @notice The agreed root of a frame, or zero.
    function rootOf(uint16 frame) external view returns (bytes32);
    /// @notice The last frame that was agreed on; 0 before the first.
    function lastFrame() external view returns (uint16);
    /// @notice The frame of now.
    function currentFrame() external view returns (uint16);
    /// @notice Whether no report was agreed on for MAX_AGE frames: no new NFT becomes active until there is one (R-ORC-6).
    function isStale() external view returns (bool);
    /// @notice Those whose word counts, ascending.
    function members() external view returns (address[] memory);
    /// @notice How many must say the same.
    function quorum() external view returns (uint256);
    /// @notice What a member said last; zero before its first word.
    function voteOf(address member) external view returns (uint16 frame, bytes32 root);
    /// @notice The key that may submit for a member besides itself.
    function delegateOf(address member) external view returns (address);
    /// @notice The contract whose weights these are.
    function POWER_NFT() external view returns (address);
    /// @notice Epochs of a frame: a day.
    function FRAME_EPOCHS() external view returns (uint64);
    /// @notice For how many frames a report may be applied.
    function MAX_AGE() external view returns (uint16);
    /// @notice The most members.
    function MAX_MEMBERS() external view returns (uint256);
    /// @notice The most NFTs of a page.
    function MAX_PAGE() external view returns (uint256);
}
