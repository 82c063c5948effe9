// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccessManager } from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import { IJointMiningPool } from "../joint/IJointMiningPool.sol";
import { IPowerMarket } from "../market/IPowerMarket.sol";
import { IPowerNFT } from "../power/IPowerNFT.sol";
import { IPowerOracle } from "../power/IPowerOracle.sol";

/// @title Who may change what, and after which delay (R-GOV-1)
/// @notice An OpenZeppelin AccessManager that is complete from its first block: roles, the functions they may call and
/// every delay are set while it is constructed. The deployer never holds a role, so there is no moment without delays.
/// Role ids: 0 admin, 1 parameters, 2 guardian, 3 attestors, 4 treasury, 5 measuring.
contract PowerAccessManager is AccessManager {
    /// @notice Who holds the roles at the beginning.
    struct Holders {
        /// @dev All other roles: a multisig.
        address governance;
        /// @dev May pause new business, and cancel what governance has scheduled.
        address guardian;
    }

    /// @notice May change parameters, within their hard ranges.
    uint64 public constant PARAMETER_ROLE = 1;
    /// @notice May pause minting, and entries and purchases of pools, for a week, and cancel scheduled changes.
    uint64 public constant GUARDIAN_ROLE = 2;
    /// @notice May change who attests, and how many must agree: behind the longest delay.
    uint64 public constant ATTESTORS_ROLE = 3;
    /// @notice May take out the protocol's fees.
    uint64 public constant TREASURY_ROLE = 4;
    /// @notice May change how income is measured, when the network changes how rewards vest: behind the longest delay.
    uint64 public constant MEASURING_ROLE = 5;

    /// @notice Between scheduling and carrying out a change of roles or targets: 7 days.
    uint32 public constant ADMIN_DELAY = 7 days;
    /// @notice Between scheduling and carrying out a change of a parameter: 3 days.
    uint32 public constant PARAMETER_DELAY = 3 days;
    /// @notice Between granting a role and its taking effect: 2 days.
    uint32 public constant GRANT_DELAY = 2 days;

    /// @notice Thrown when a role would be held by nobody.
    error MissingHolder();

    /// @param powerNFT The contract whose setters the roles call; its address is known before it is deployed.
    /// @param powerOracle The same of the oracle.
    /// @param powerMarket The same of the market.
    /// @param pools The same of the joint mining pools.
    constructor(
        Holders memory holders,
        address powerNFT,
        address powerOracle,
        address powerMarket,
        address[] memory pools
    ) AccessManager(holders.governance) {
        if (
            holders.guardian == address(0) ||
            powerNFT == address(0) ||
            powerOracle == address(0) ||
            powerMarket == address(0)
        ) {
            revert MissingHolder();
        }
        _grantRole(ADMIN_ROLE, holders.governance, 0, ADMIN_DELAY);
        _grantRole(PARAMETER_ROLE, holders.governance, 0, PARAMETER_DELAY);
        _grantRole(MEASURING_ROLE, holders.governance, 0, ADMIN_DELAY);
        _grantRole(TREASURY_ROLE, holders.governance, 0, 0);
        _grantRole(GUARDIAN_ROLE, holders.guardian, 0, 0);
        _grantRole(ATTESTORS_ROLE, holders.governance, 0, ADMIN_DELAY);

        _target(powerNFT, IPowerNFT.setProtocolFee.selector, PARAMETER_ROLE);
        _target(powerNFT, IPowerNFT.setRewardFactor.selector, MEASURING_ROLE);
        _target(powerNFT, IPowerNFT.pauseMinting.selector, GUARDIAN_ROLE);
        _target(powerNFT, IPowerNFT.claimProtocolFees.selector, TREASURY_ROLE);
        _target(powerOracle, IPowerOracle.setMembers.selector, ATTESTORS_ROLE);
        _target(powerMarket, IPowerMarket.setMarketFee.selector, PARAMETER_ROLE);
        _target(powerMarket, IPowerMarket.setCoin.selector, PARAMETER_ROLE);
        _target(powerMarket, IPowerMarket.claimMarketFees.selector, TREASURY_ROLE);
        _setTargetAdminDelay(powerNFT, ADMIN_DELAY);
        _setTargetAdminDelay(powerOracle, ADMIN_DELAY);
        _setTargetAdminDelay(powerMarket, ADMIN_DELAY);
        for (uint256 i = 0; i < pools.length; ++i) {
            if (pools[i] == address(0)) revert MissingHolder();
            _target(pools[i], IJointMiningPool.setPolicy.selector, PARAMETER_ROLE);
            _target(pools[i], IJointMiningPool.setDepositCap.selector, PARAMETER_ROLE);
            _target(pools[i], IJointMiningPool.pauseEntries.selector, GUARDIAN_ROLE);
            _setTargetAdminDelay(pools[i], ADMIN_DELAY);
        }

        _setRoleGuardian(PARAMETER_ROLE, GUARDIAN_ROLE);
        _setRoleGuardian(ATTESTORS_ROLE, GUARDIAN_ROLE);
        _setRoleGuardian(MEASURING_ROLE, GUARDIAN_ROLE);
        for (uint64 role = ADMIN_ROLE; role <= MEASURING_ROLE; ++role) _setGrantDelay(role, GRANT_DELAY);
    }

    /// @notice How long a change of a delay waits at least. While the manager is constructed nothing waits, so that
    /// the delays above hold from the first block.
    function minSetback() public view override returns (uint32) {
        return address(this).code.length == 0 ? 0 : super.minSetback();
    }

    function _target(address target, bytes4 selector, uint64 role) private {
        _setTargetFunctionRole(target, selector, role);
    }
}
