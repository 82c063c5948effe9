// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice Hands calls on to the precompiles, and their answers back unread.
contract ActorProbe {
    event Answered(bool ok, bytes out);

    receive() external payable {}

    /// @dev Any message to the probe leaves a trace, so that a read-only one fails.
    fallback(bytes calldata input) external payable virtual returns (bytes memory) {
        emit Answered(true, input);
        return "";
    }

    /// @notice Runs a precompile in this contract; the answer comes back and is in the event.
    function ask(uint8 precompile, bytes calldata input) external payable returns (bool ok, bytes memory out) {
        (ok, out) = _precompile(precompile).delegatecall(input);
        emit Answered(ok, out);
    }

    /// @notice The same without the event: works inside a static call.
    function peek(uint8 precompile, bytes calldata input) external returns (bool, bytes memory) {
        return _precompile(precompile).delegatecall(input);
    }

    /// @notice The same inside a static call, as a view function does it.
    function peekStatic(uint8 precompile, bytes calldata input) external view returns (bool ok, bytes memory out) {
        (ok, out) = address(this).staticcall(abi.encodeCall(this.peek, (precompile, input)));
        if (ok) (ok, out) = abi.decode(out, (bool, bytes));
    }

    /// @notice A plain call of the EVM.
    function evmCall(address to, uint256 value, bytes calldata data) external returns (bool ok, bytes memory ret) {
        return to.call{ value: value }(data);
    }

    /// @notice A plain static call of the EVM.
    function evmStaticCall(address to, bytes calldata data) external view returns (bool ok, bytes memory ret) {
        return to.staticcall(data);
    }

    /// @notice What an EVM sees of an address.
    function look(address at) external view returns (bytes32 codehash, uint256 size, uint256 balance) {
        return (at.codehash, at.code.length, at.balance);
    }

    function _precompile(uint8 number) private pure returns (address) {
        return address((uint160(0xfe) << 152) | number);
    }
}
