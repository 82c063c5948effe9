// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import { IWrappedFil } from "./IWrappedFil.sol";

/// @title FIL as an ERC-20, for networks that have no such contract of their own
contract WrappedFil is IWrappedFil, ERC20 {
    /// @notice Thrown when a holder does not take the FIL that it asked for.
    error NotTaken(address holder, uint256 amount);

    constructor() ERC20("Wrapped Filecoin", "WFIL") {}

    /// @inheritdoc IWrappedFil
    function deposit() external payable {
        _mint(msg.sender, msg.value);
    }

    /// @inheritdoc IWrappedFil
    function withdraw(uint256 amount) external {
        _burn(msg.sender, amount);
        // solhint-disable-next-line avoid-low-level-calls
        (bool taken, ) = msg.sender.call{ value: amount }("");
        if (!taken) revert NotTaken(msg.sender, amount);
    }
}
