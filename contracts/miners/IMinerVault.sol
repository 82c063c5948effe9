// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The beneficiary of one storage provider's miner
/// @notice Withdraws from the miner what holders are owed, and what is the storage provider's when the provider asks.
/// It keeps no accounts: who is owed what is the ledger's matter (PowerNFT). Amounts are attoFIL.
/// FIL may arrive without any code of the vault running: no figure depends on `receive()` (R-VLT-7).
interface IMinerVault {
    /// @notice The vault became the beneficiary of its miner.
    event Activated(uint64 indexed minerId, uint256 quota, int64 expiration);
    /// @notice The vault approved the owner's proposal, but the beneficiary it replaces has not yet.
    event ApprovedAwaitingBeneficiary(uint64 indexed minerId, uint64 currentBeneficiaryId);
    /// @notice The vault gave the role of beneficiary back to the owner.
    event Released(uint64 indexed minerId, uint64 ownerId);
    /// @notice The owner was paid its own money.
    event OwnerPaid(uint64 indexed minerId, uint64 indexed ownerId, uint256 amount);
    /// @notice The owner named an operator (the zero address: none).
    event OperatorSet(uint64 indexed minerId, uint64 indexed ownerId, address operator);
    /// @notice The chain refused a withdrawal: 18 pending terminations or an inactive term, 19 fee debt.
    event WithdrawalRefused(uint64 indexed minerId, int256 exitCode);

    /// @notice Thrown when the implementation itself is called instead of a miner's vault.
    error NotAClone();
    /// @notice Thrown when someone other than PowerNFT pulls cash.
    error NotPowerNFT(address caller);
    /// @notice Thrown when the caller is neither the miner's owner (as the chain names it now) nor its operator.
    error NotOwnerOrOperator(uint64 ownerId, address caller);
    /// @notice Thrown when the caller is not the miner's owner as the chain names it now.
    error NotOwner(uint64 ownerId, address caller);
    /// @notice Thrown when the operator is named by the masked id of an Ethereum account or contract, which never calls
    /// under that address.
    error UseEthereumAddress(address masked, address ethereum);
    /// @notice Thrown by `activate` when the vault is the beneficiary already.
    error AlreadyBeneficiary(uint64 minerId);
    /// @notice Thrown when the miner has no pending change of beneficiary: the owner has to propose one first.
    error NothingProposed(uint64 minerId);
    /// @notice Thrown when the pending proposal names another nominee than this vault.
    error WrongNominee(uint64 proposed, uint64 required);
    /// @notice Thrown when the proposed quota is below the one that never runs out.
    error QuotaTooLow(uint256 proposed, uint256 required);
    /// @notice Thrown when the proposed term ends before the one that never lapses.
    error ExpirationTooEarly(int64 proposed, int64 required);
    /// @notice Thrown when, after every approval was given, the chain still names another beneficiary.
    error NotBeneficiary(uint64 minerId, uint64 beneficiaryId);
    /// @notice Thrown by `release` when the pending proposal does not hand the role back to the owner.
    error NotAReturnToOwner(uint64 nominee, uint64 ownerId);
    /// @notice Thrown by `release` while power NFTs of the miner are alive.
    error LivingNFTs(uint64 minerId, uint256 count);
    /// @notice Thrown while holders are still owed money that has not reached them.
    error StillOwed(uint64 minerId, uint256 amount);
    /// @notice Thrown when the chain refuses a withdrawal for the owner: 18 pending terminations, 19 fee debt.
    error WithdrawalFailed(uint64 minerId, int256 exitCode);
    /// @notice Thrown when less than the wanted amount can be paid to the owner.
    error InsufficientAvailable(uint256 wanted, uint256 available);

    /// @notice Makes the vault the beneficiary, by repeating the owner's pending proposal exactly (R-VLT-2).
    /// Anyone may call, any number of times; where the current beneficiary has to approve too, the vault's approval stands.
    /// @return active Whether the vault is the beneficiary now.
    function activate() external returns (bool active);

    /// @notice Pays the owner its own money: everything in miner and vault that nobody else is owed and that does not have
    /// to cover guarantees (R-VLT-5, R-GUA-2; PowerNFT's NotCovered otherwise). Harvests first. The money goes to the owner actor and nobody else.
    /// @param amount attoFIL, all of it or nothing.
    function withdrawToOwner(uint256 amount) external;

    /// @notice Approves the owner's proposal to take the role back, once no NFT is alive and nothing is owed (R-VLT-6).
    /// Anyone may call. What holders can claim stays claimable.
    function release() external;

    /// @notice Names the address that may mint and withdraw for the owner; the zero address ends it.
    /// Only the owner. A change of owner drops it (R-VLT-3).
    function setOperator(address newOperator) external;

    /// @notice Moves up to `amount` attoFIL to PowerNFT, from the vault's cash first, then from the miner.
    /// Only PowerNFT. A refusal by the chain is an event, not a revert.
    /// @return paid What was moved.
    function pull(uint64 minerId, uint256 amount) external returns (uint256 paid);

    /// @notice The actor id of the miner.
    function minerId() external view returns (uint64);
    /// @notice The actor id of the miner's owner, as the chain names it now.
    function ownerId() external view returns (uint64);
    /// @notice The operator that the present owner named, or the zero address.
    function operator() external view returns (address);
    /// @notice The operator that was named last, whoever owns the miner now, without a question to the chain.
    /// @return account The operator.
    /// @return namedBy The actor id of the owner that named it: it counts only while that is the owner.
    function namedOperator() external view returns (address account, uint64 namedBy);
    /// @notice Whether the chain names this vault as beneficiary now, under a term that is active.
    function isActive() external view returns (bool);
    /// @notice The contract that keeps the accounts, and the only one that pulls cash.
    function POWER_NFT() external view returns (address);
    /// @notice The smallest quota that is accepted (attoFIL): it never runs out.
    function REQUIRED_QUOTA() external view returns (uint256);
    /// @notice The earliest expiration (epoch) that is accepted: it never lapses.
    function REQUIRED_EXPIRATION() external view returns (int64);
}
