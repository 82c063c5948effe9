// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev Where the simulation lives.
address constant SIMULATOR = 0x00000000000000000000000000000000F11c0171;

/// @notice The hands of a native actor at its masked address: it moves the actor's FIL and makes its calls, on the
/// simulator's orders alone.
contract NativeActor {
    error NotTheSimulator();
    error CallFailed();

    modifier onlySimulator() {
        require(msg.sender == SIMULATOR, NotTheSimulator());
        _;
    }

    /// @notice Moves FIL without running any code of the receiver.
    function pay(address to, uint256 amount) external onlySimulator {
        bytes memory code = abi.encodePacked(hex"73", to, hex"ff");
        address made;
        assembly {
            made := create(amount, add(code, 32), mload(code))
        }
        require(made != address(0), CallFailed());
    }

    /// @notice Calls an Ethereum contract in the actor's name.
    function invoke(
        address to,
        uint256 amount,
        bytes calldata data
    ) external onlySimulator returns (bool, bytes memory) {
        return to.call{ value: amount }(data);
    }
}

/// @notice A native actor that takes no calls from contracts: a miner, or a singleton.
contract ClosedActor is NativeActor {}

/// @notice A native actor that accepts any call and does nothing: a multisig.
contract OpenActor is NativeActor {
    fallback() external payable {}
    receive() external payable {}
}
