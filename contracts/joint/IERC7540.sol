// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The redeem side of ERC-7540, and the operators that it needs
/// @notice As the standard states them. A request gets a number of its own; requests of one controller are claimed
/// oldest first.
interface IERC7540 {
    /// @notice Shares wait to be redeemed.
    event RedeemRequest(
        address indexed controller,
        address indexed owner,
        uint256 indexed requestId,
        address sender,
        uint256 shares
    );
    /// @notice An operator may request and claim for a controller, or no longer.
    event OperatorSet(address indexed controller, address indexed operator, bool approved);

    /// @notice Takes shares of `owner` and puts them in the queue. Only the owner, its operator, or who has an allowance
    /// of it; the owner must be the controller, or be trusted by it as its operator.
    /// @return requestId The number of the request.
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);

    /// @notice Lets an operator request and claim for the caller, or ends that.
    function setOperator(address operator, bool approved) external returns (bool);

    /// @notice Shares of a request that still wait.
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);

    /// @notice Shares of a request that were paid and can be claimed.
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);

    /// @notice Whether somebody may request and claim for a controller.
    function isOperator(address controller, address operator) external view returns (bool);

    /// @notice The token of the shares (ERC-7575): this contract.
    function share() external view returns (address);
}
